#include "api/batch.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <deque>

#include "api/lines.h"
#include "api/render.h"
#include "base/text.h"

namespace rft::api {
namespace {

class Batch : public BodyStream, public BodyTaker, public std::enable_shared_from_this<Batch> {
 public:
  Batch(Engine& engine, Caller caller, std::string key, Places::Place place)
      : engine_(engine),
        caller_(std::move(caller)),
        key_(std::move(key)),
        place_(std::move(place)) {}

  bool room() const override {
    return slots_.size() < batch_lines_at_once && bytes_at_once_ < batch_bytes_at_once &&
           waiting() < batch_answers_max;
  }

  void feed(std::string_view bytes) override {
    cutter_.feed(bytes, [this](const Line& line) { take(line); });
  }

  void fed_all() override {
    cutter_.end([this](const Line& line) { take(line); });
    fed_all_ = true;
    send_answers();
  }

 protected:
  void drained() override {
    if (room()) say_room();
  }

 private:
  struct Slot {
    std::size_t bytes;  // of the line
    std::optional<std::string> answer;
  };

  void take(const Line& line) {
    if (line.text.empty() && !line.too_long) return;
    slots_.push_back({line.text.size(), std::nullopt});
    bytes_at_once_ += line.text.size();
    if (line.too_long) {
      refuse(line.number,
             {Code::too_large, fmt::format("the line is longer than {} bytes", line_length_max)});
    } else {
      submit(line);
    }
  }

  void submit(const Line& line) {
    auto submit = submit_from(line.text);
    if (!submit) return refuse(line.number, submit.error());
    if (submit->handle.empty()) {
      return refuse(line.number, {Code::missing_field,
                                  "the field 'handle' is missing; a batch needs one in each line"});
    }
    const std::size_t slot = first_slot_ + slots_.size() - 1;
    std::string handle = submit->handle;
    std::string key = key_.empty() ? std::string() : hex(sha256(key_ + '\n' + line.text));
    engine_.call(caller_, std::move(*submit), std::move(key),
                 [weak = weak_from_this(), slot, handle = std::move(handle)](Answer answer) {
                   if (auto self = weak.lock()) self->answered(slot, handle, answer);
                 });
  }

  void answered(std::size_t slot, const std::string& handle, const Answer& answer) {
    put(slot, answer ? render(*answer) : render_refusal(handle, answer.error()));
    send_answers();
    if (room()) say_room();
  }

  void refuse(std::uint64_t line, Error error) {
    error.detail = fmt::format("line {}: {}", line, error.detail);
    put(first_slot_ + slots_.size() - 1, render_refusal({}, error));
    send_answers();
  }

  void put(std::size_t slot, const boost::json::object& answer) {
    slots_[slot - first_slot_].answer = boost::json::serialize(answer) + '\n';
  }

  void send_answers() {
    while (!slots_.empty() && slots_.front().answer) {
      push(*slots_.front().answer);
      bytes_at_once_ -= slots_.front().bytes;
      slots_.pop_front();
      ++first_slot_;
    }
    if (fed_all_ && slots_.empty() && !ended()) finish();
  }

  Engine& engine_;
  Caller caller_;
  std::string key_;
  Places::Place place_;
  LineCutter cutter_;
  bool fed_all_ = false;
  std::deque<Slot> slots_;  // of lines whose answers were not sent
  std::size_t first_slot_ = 0;
  std::size_t bytes_at_once_ = 0;
};

}  // namespace

BatchBodies make_batch(Engine& engine, Caller caller, std::string key, Places::Place place) {
  auto batch = std::make_shared<Batch>(engine, std::move(caller), std::move(key), std::move(place));
  return {batch, batch};
}

}  // namespace rft::api
