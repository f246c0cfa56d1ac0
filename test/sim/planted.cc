#include "sim/planted.h"

#include "core/destination.h"
#include "core/limit.h"

namespace rft {
namespace {

thread_local sim::Mutants planted;

}  // namespace

Destinations real_destinations_of(const Transfer& transfer);
std::uint64_t real_bytes_to_send(const Transfer& transfer);
Load real_load_of(const Transfer& transfer, std::uint32_t streams);

Destinations destinations_of(const Transfer& transfer) {
  if (planted.has(sim::Mutant::claims_forgotten)) return {};
  return real_destinations_of(transfer);
}

std::uint64_t bytes_to_send(const Transfer& transfer) {
  return planted.has(sim::Mutant::debts_forgotten) ? 0 : real_bytes_to_send(transfer);
}

Load load_of(const Transfer& transfer, std::uint32_t streams) {
  Load load = real_load_of(transfer, streams);
  load.measured = load.measured || planted.has(sim::Mutant::sizes_presumed);
  return load;
}

}  // namespace rft

namespace rft::sim {

void plant(Mutants mutants) {
  planted = mutants;
}

}  // namespace rft::sim
