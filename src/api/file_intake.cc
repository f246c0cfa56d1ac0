#include "api/file_intake.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "api/lines.h"
#include "api/render.h"
#include "base/text.h"

namespace rft::api {
namespace {

// What is said of one of the chunk's files is said of its line in the body.
Answer in_body(Answer answer, const std::vector<std::uint64_t>& numbers) {
  if (answer || answer.error().line == 0) return answer;
  answer.error().line = numbers.at(answer.error().line - 1);
  return answer;
}

// A chunk that the engine works on is waited for before more is read: so one is in memory, and
// what came in the piece of the body that completed it.
class FileIntake : public BodyStream,
                   public BodyTaker,
                   public std::enable_shared_from_this<FileIntake> {
 public:
  FileIntake(Engine& engine, Caller caller, Request list, std::string key, Places::Place place)
      : engine_(engine),
        caller_(std::move(caller)),
        list_(std::move(list)),
        key_(std::move(key)),
        place_(std::move(place)) {}

  bool room() const override { return unanswered_ == 0 && waiting() < batch_answers_max; }

  void feed(std::string_view bytes) override {
    cutter_.feed(bytes, [this](const Line& line) { take(line); });
  }

  // A body without lines is answered too: it tells how many files there are.
  void fed_all() override {
    cutter_.end([this](const Line& line) { take(line); });
    if (lines_ > 0 || chunks_ == 0) send_chunk();
    fed_all_ = true;
    end_if_answered();
  }

 protected:
  void drained() override {
    if (room()) say_room();
  }

 private:
  void take(const Line& line) {
    ++lines_;
    bytes_ += line.text.size();
    if (line.too_long) {
      refuse(line.number,
             {Code::too_large, fmt::format("the line is longer than {} bytes", line_length_max)});
    } else if (!line.text.empty()) {
      add(line);
    }
    if (lines_ >= chunk_lines_max || bytes_ >= chunk_bytes_max) send_chunk();
  }

  void add(const Line& line) {
    auto file = file_line_from(line.text).and_then([this](const FileLine& given) {
      return checked_file(given, list_.source, list_.destination, list_.options.act);
    });
    if (!file) return refuse(line.number, file.error());
    files_.push_back(std::move(*file));
    numbers_.push_back(line.number);
  }

  void refuse(std::uint64_t line, const Error& error) { say(render_refused_line(line, error)); }

  void send_chunk() {
    ++chunks_;
    ++unanswered_;
    std::string key =
        key_.empty() ? std::string() : hex(sha256(fmt::format("{}\n{}", key_, chunks_)));
    AddFiles call{list_.handle, std::exchange(files_, {})};
    bytes_ = 0;
    engine_.call(caller_, std::move(call), std::move(key),
                 [weak = weak_from_this(), lines = std::exchange(lines_, 0),
                  numbers = std::exchange(numbers_, {})](const Answer& answer) {
                   if (auto self = weak.lock()) self->answered(lines, in_body(answer, numbers));
                 });
  }

  void answered(std::uint64_t lines, const Answer& answer) {
    --unanswered_;
    say(render_chunk(lines, answer));
    end_if_answered();
    if (room()) say_room();
  }

  void say(const boost::json::object& answer) { push(boost::json::serialize(answer) + '\n'); }

  void end_if_answered() {
    if (fed_all_ && unanswered_ == 0 && !ended()) finish();
  }

  Engine& engine_;
  Caller caller_;
  Request list_;
  std::string key_;
  Places::Place place_;
  LineCutter cutter_;
  // The chunk that is being made.
  std::vector<NewFile> files_;
  std::vector<std::uint64_t> numbers_;  // of their lines
  std::uint64_t lines_ = 0;
  std::size_t bytes_ = 0;

  std::uint64_t chunks_ = 0;  // sent
  std::size_t unanswered_ = 0;
  bool fed_all_ = false;
};

}  // namespace

BatchBodies make_file_intake(Engine& engine, Caller caller, Request list, std::string key,
                             Places::Place place) {
  auto intake = std::make_shared<FileIntake>(engine, std::move(caller), std::move(list),
                                             std::move(key), std::move(place));
  return {intake, intake};
}

}  // namespace rft::api
