#include "sim/planted.h"

#include "core/destination.h"

namespace rft {
namespace {

thread_local sim::Mutants planted;

}  // namespace

Destinations real_destinations_of(const Transfer& transfer);

Destinations destinations_of(const Transfer& transfer) {
  if (planted.has(sim::Mutant::claims_forgotten)) return {};
  return real_destinations_of(transfer);
}

}  // namespace rft

namespace rft::sim {

void plant(Mutants mutants) {
  planted = mutants;
}

}  // namespace rft::sim
