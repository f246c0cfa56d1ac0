#include "mover/data_channel.h"

#include "ftp/conversation.h"
#include "ftp/refusal.h"

namespace rft::mover {

awaitable<Outcome<ftp::DataAddress>> listen_for_data(ControlConnection& receiver) {
  const bool ipv6 = receiver.is_ipv6();
  const auto reply = co_await receiver.ask(ftp::listen(ipv6), Doing::move);
  if (!reply) co_return failed(reply);
  if (!reply->is_positive()) {
    co_return tl::unexpected(ftp::refusal(*reply, Doing::move, receiver.side()));
  }
  auto announced = ipv6 ? ftp::epsv_address(*reply) : ftp::pasv_address(*reply);
  if (announced) announced = ftp::judge_address(*announced, receiver.peer());
  if (announced) co_return std::move(*announced);
  Fault seen = announced.error();
  seen.side = receiver.side();
  seen.doing = Doing::move;
  seen.reply = reply->text();
  co_return tl::unexpected(std::move(seen));
}

bool have_channel(const Session& source, const Session& destination, unsigned streams) {
  return source.channel && source.channel == destination.channel && source.is_sender &&
         source.channel->streams == streams;
}

void share_channel(Session& source, Session& destination, unsigned streams) {
  source.channel = destination.channel = std::make_shared<OpenChannel>(OpenChannel{streams});
  source.is_sender = true;
  destination.is_sender = false;
}

}  // namespace rft::mover
