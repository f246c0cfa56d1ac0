// The service's answers as text for people. Every function ends its last line,
// but those for a cell.
#pragma once
#include <string>
#include <vector>

#include "client/rft.h"

namespace rft::cli {

// For a cell of a table; empty where it is not known.
std::string share_text(const TransferProgress& progress);  // "43 %"
std::string size_text(const TransferProgress& progress);   // "2.80 GB", "2.80 GB in 1234 files"

std::string record_text(const TransferRecord& record);
std::string status_text(const TransferRecord& record);
// What is said of a submit that wishes another priority than it was submitted with before; else
// nothing.
std::string priority_stays(const TransferSpec& spec, const TransferAnswer& answer);
std::string list_text(const std::vector<TransferRecord>& records);
std::string why_text(const TransferWhy& why);
std::string history_text(const TransferHistory& history);
std::string links_text(const Links& links);
std::string credentials_text(const std::vector<StoredCredential>& credentials);

}  // namespace rft::cli
