#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "mover/gridftp.h"
#include "mover/gridftp_flow.h"

namespace rft::mover {

awaitable<Outcome<void>> GridFtp::move(const Freight& freight, Flow& flow,
                                       const std::function<void()>& progressed) {
  if (const auto here = co_await borrow_if_gone(Side::source); !here) co_return failed(here);
  if (const auto ready = co_await prepare_both(); !ready) co_return failed(ready);
  GridFtpFlow::Terms terms{both_mode_e(), interrupt_, pool_.limits(), nullptr};
  if (!terms.mode_e) {
    terms.watch = std::make_shared<PartWatch>();
    asio::co_spawn(co_await asio::this_coro::executor,
                   PartWatch::look(terms.watch, pool_, route_.destination, freight.destination),
                   asio::detached);
  }
  const auto watch = terms.watch;
  GridFtpFlow run(*source_, *destination_, freight, flow, progressed, std::move(terms));
  const auto moved = co_await run.run();
  if (watch) watch->stop();
  if (!moved) {
    source_.reset();
    destination_.reset();
  }
  co_return moved;
}

}  // namespace rft::mover
