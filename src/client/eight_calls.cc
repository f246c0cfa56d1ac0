// The eight calls under their own names: the design's section 2 word for word.
#include "client/rft.h"

namespace rft {
namespace {

TransferSpec spec(std::string_view handle, std::string_view source, std::string_view destination,
                  int priority) {
  return {std::string(handle), std::string(source), std::string(destination), priority, {}};
}

}  // namespace

Result<std::string> Client::submitTransferRequest(std::string_view handle, std::string_view src_url,
                                                  std::string_view dst_url, int priority) {
  return submit(spec(handle, src_url, dst_url, priority)).map([](TransferAnswer answer) {
    return std::move(answer.handle);
  });
}

Result<TransferAnswer> Client::commitTransferRequest(std::string_view handle) {
  return commit(handle);
}

Result<TransferAnswer> Client::completeTransferRequest(std::string_view handle,
                                                       std::string_view src_url,
                                                       std::string_view dst_url, int priority) {
  return complete(spec(handle, src_url, dst_url, priority));
}

Result<TransferRecord> Client::listTransferRequest(std::string_view handle) {
  return record(handle);
}

Result<TransferProgress> Client::checkStatusRequest(std::string_view handle) {
  return status(handle);
}

Result<TransferAnswer> Client::changePriorityRequest(std::string_view handle, int number) {
  return priority(handle, std::to_string(number));
}

Result<TransferAnswer> Client::changePriorityRequest(std::string_view handle, std::string_view to) {
  return priority(handle, to);
}

Result<TransferAnswer> Client::clearRecordRequest(std::string_view handle) {
  return clear(handle);
}

Result<TransferAnswer> Client::userStopTransferRequest(std::string_view handle) {
  return stop(handle);
}

}  // namespace rft
