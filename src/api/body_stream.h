// Bodies that are never whole in memory: BodyStream goes out while it is made, BodyTaker is fed
// with what comes in. Both have a bound that the other side keeps.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace rft::api {

class BodyStream {
 public:
  BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  virtual ~BodyStream() = default;

  // Said where nothing else was for a while, so that a dead connection is noticed. A stream that
  // has one ends only with the service: a server that stops ends it.
  virtual std::string_view sign_of_life() const { return {}; }

  // All that waits. What makes the stream may go on from inside this call.
  std::string take() {
    std::string bytes = std::exchange(waiting_, {});
    if (!ended_) drained();
    return bytes;
  }
  std::size_t waiting() const { return waiting_.size(); }
  bool ended() const { return ended_; }
  // Called when there is something to take, or the end.
  void when_filled(std::function<void()> filled) { filled_ = std::move(filled); }

 protected:
  void push(std::string_view bytes) {
    waiting_ += bytes;
    if (filled_) filled_();
  }
  void finish() {
    ended_ = true;
    if (filled_) filled_();
  }
  virtual void drained() {}

 private:
  std::string waiting_;
  bool ended_ = false;
  std::function<void()> filled_;
};

class BodyTaker {
 public:
  virtual ~BodyTaker() = default;
  virtual bool room() const = 0;  // false: feed nothing until when_room was called
  virtual void feed(std::string_view bytes) = 0;
  virtual void fed_all() = 0;  // the body ended as it should
  void when_room(std::function<void()> call) { room_ = std::move(call); }

 protected:
  void say_room() {
    if (room_) room_();
  }

 private:
  std::function<void()> room_;
};

}  // namespace rft::api
