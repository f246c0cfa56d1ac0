// A pipeline of many equal files between real servers: what is refused in its middle must not cost
// the others their bytes, nor give them another's.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "ftp/control.h"
#include "gsi/context.h"
#include "mover/gridftp.h"
#include "mover_live_steps.h"
#include "vault/secrets.h"

namespace rft::live {
namespace {

namespace asio = mover::asio;
using mover::Consignment;
using mover::Pipelined;

constexpr std::size_t count = 150;
constexpr std::uint64_t size = 1024;
// In the midst of the first that are sent: however busy the machine is, some were sent behind it.
constexpr std::size_t bad = ftp::depth_max / 2;

class PipelineLive : public MoverLive, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    const testing::TestInfo& info = *testing::UnitTest::GetInstance()->current_test_info();
    std::string name = info.name();
    std::replace(name.begin(), name.end(), '/', '_');
    folder = Bed::get().folder(name);
    fs::create_directories(folder + "/out");
    for (std::size_t i = 0; i < count; ++i) {
      write_file(source_of(i), size, static_cast<unsigned>(i + 1));
      files.push_back({source_of(i), part_of(i)});
    }
    if (!gsi()) return;
    ASSERT_TRUE(gsi::activate(Bed::get().certificates()));
    std::ifstream file(Bed::get().proxy("alice"));
    const std::string pem{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    credentials.put(alice, vault::to_bytes(vault::X509Proxy{Secret(pem)}), mover::wall_now());
  }

  static bool gsi() { return GetParam(); }
  std::string source_of(std::size_t i) const { return folder + "/s" + std::to_string(i); }
  std::string part_of(std::size_t i) const {
    return folder + "/out/p" + std::to_string(i) + "-" + std::to_string(attempt);
  }
  Endpoint endpoint(const std::string& url) { return parse_url(url + "/x").value().endpoint; }

  Pipelined move(const std::vector<Consignment>& some) {
    const std::string from = gsi() ? Bed::get().server("gsi1", "--gsi") : one();
    const std::string to = gsi() ? Bed::get().server("gsi2", "--gsi") : two();
    const std::optional<Uuid> credential = gsi() ? std::optional(alice) : std::nullopt;
    mover::GridFtp::Route route{
        {endpoint(from), credential, {}}, {endpoint(to), credential, {}}, {}};
    std::optional<Pipelined> told;
    mover::Interrupt interrupt;
    mover::GridFtp carrier(pool, keys, route, &interrupt);
    const auto work = [&]() -> mover::awaitable<void> {
      const auto met = co_await carrier.meet();
      if (!met) throw std::runtime_error(sentence(met.error()));
      auto moved = co_await carrier.move_many(some, [](std::size_t) {});
      if (!moved) throw std::runtime_error(sentence(moved.error()));
      told = *moved;
      io.stop();
    };
    asio::co_spawn(io, work(), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io.restart();
    io.run();
    return told.value();
  }

  // The files from `first` on, under part names of their own.
  std::vector<Consignment> again(std::size_t first) {
    ++attempt;
    std::vector<Consignment> rest;
    for (std::size_t i = first; i < count; ++i) {
      files[i].destination = part_of(i);
      rest.push_back(files[i]);
    }
    return rest;
  }

  void expect_identical(std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i) {
      EXPECT_TRUE(same_bytes(files[i].source, files[i].destination)) << i;
    }
  }

  // One file is refused; the rest goes again at once.
  void goes_on_behind_a_refusal(Side side, FaultCode code) {
    const Pipelined first = move(files);
    EXPECT_EQ(first.moved, bad);
    EXPECT_TRUE(first.refused);
    EXPECT_EQ(first.end, FlowEnd::known);
    ASSERT_TRUE(first.fault);
    EXPECT_EQ(first.fault->side, side) << sentence(*first.fault);
    EXPECT_EQ(first.fault->code, code) << sentence(*first.fault);
    EXPECT_GT(first.ordered, bad + 1) << "nothing was behind it: this tests no pipeline";
    expect_identical(0, bad);
    const Pipelined rest = move(again(bad + 1));
    EXPECT_FALSE(rest.fault);
    EXPECT_EQ(rest.moved, count - bad - 1);
    expect_identical(bad + 1, count);
  }

  Uuid alice = Uuid::v7(WallTime{}, random_bits());
  asio::io_context io;
  mover::Credentials credentials;
  mover::Pool pool{credentials, mover::Limits{}, [](const Endpoint&) {}};
  mover::ChannelKeys keys;
  std::vector<Consignment> files;
  int attempt = 1;
};

TEST_P(PipelineLive, all_files_arrive_under_their_own_names) {
  write_file(files[3].source, 0);
  write_file(files[5].source, 5 * mib, 5);
  const Pipelined told = move(files);
  EXPECT_EQ(told.moved, count);
  EXPECT_FALSE(told.fault) << sentence(*told.fault);
  expect_identical(0, count);
  // And again over the channel that is open now.
  const Pipelined second = move(again(0));
  EXPECT_EQ(second.moved, count);
  expect_identical(0, count);
}

TEST_P(PipelineLive, a_refused_retr_costs_the_files_behind_it_no_byte) {
  fs::remove(files[bad].source);
  goes_on_behind_a_refusal(Side::source, FaultCode::no_such_file);
}

TEST_P(PipelineLive, a_refused_stor_costs_the_files_behind_it_no_byte) {
  files[bad].destination = folder + "/no-such-folder/p";
  goes_on_behind_a_refusal(Side::destination, FaultCode::no_such_folder);
}

// The STOR of this one would write the file "caf" (docs/decisions/0006).
TEST_P(PipelineLive, a_name_that_would_become_another_on_its_way_fails_alone) {
  if (gsi()) GTEST_SKIP() << "there it is protected";
  write_file(folder + "/out/caf", 7);
  files[bad].destination = folder + "/out/caf\xC3\xA9";
  const Pipelined first = move(files);
  EXPECT_EQ(first.moved, bad);
  EXPECT_EQ(first.ordered, bad);
  EXPECT_TRUE(first.refused);
  ASSERT_TRUE(first.fault);
  EXPECT_EQ(first.fault->code, FaultCode::bad_name);
  EXPECT_EQ(first.fault->side, Side::destination);
  expect_identical(0, bad);
  const Pipelined rest = move(again(bad + 1));
  EXPECT_EQ(rest.moved, count - bad - 1);
  expect_identical(bad + 1, count);
  EXPECT_EQ(fs::file_size(folder + "/out/caf"), 7U);
  files[0].destination = folder + "/out/caf\xC3\xA9";
  EXPECT_EQ(move({files[0]}).fault->code, FaultCode::bad_name) << "also as the first";
}

INSTANTIATE_TEST_SUITE_P(Servers, PipelineLive, testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "gsi" : "anonymous");
});

}  // namespace
}  // namespace rft::live
