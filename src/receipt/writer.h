// Writes a receipt line by line; what is in memory does not grow with it.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "receipt/format.h"
#include "receipt/key.h"

namespace rft::receipt {

inline constexpr std::size_t told_max = 2000;  // bytes of each text of a fault

class Writer {
 public:
  explicit Writer(SigningKey key) : key_(std::move(key)) {}

  // The lines in this order, each with its LF: the header, any number of files, the seal.
  // `request` holds facts for people and programs: they are kept as they are.
  std::string header(const boost::json::object& request, WallTime made_at);
  std::string file(const File& file);
  // `complete`: every folder of a tree was listed, so that there is no file that is not here.
  Result<std::string> seal(bool complete);

  const Totals& totals() const { return totals_; }

 private:
  SigningKey key_;
  std::string previous_;
  Totals totals_;
};

}  // namespace rft::receipt
