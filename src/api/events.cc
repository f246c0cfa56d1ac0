#include "api/events.h"

#include <algorithm>

#include "api/render.h"

namespace rft::api {

class EventHub::Subscription : public BodyStream,
                               public std::enable_shared_from_this<Subscription> {
 public:
  Subscription(EventHub& hub, Wanted wanted) : hub_(hub), wanted_(std::move(wanted)) {
    hub_.subscriptions_.insert(this);
    if (!wanted_.after) return;
    behind_ = true;
    sent_ = *wanted_.after;
  }
  ~Subscription() override { hub_.subscriptions_.erase(this); }

  std::string_view sign_of_life() const override { return ": still here\n\n"; }

  void happened(const Event& event) {
    if (event.owner != wanted_.owner) return;
    newest_ = std::max(newest_, event.seq);
    if (behind_) return;
    if (waiting() > events_waiting_max) {
      behind_ = true;  // sent_ tells from where; drained() goes on
      return;
    }
    send(event);
  }

  void read_on() {
    if (!behind_ || reading_) return;
    reading_ = true;
    hub_.store_.events_after(wanted_.owner, sent_, events_page,
                             [weak = weak_from_this()](Result<std::vector<Event>> page) {
                               if (auto self = weak.lock()) self->take_page(std::move(page));
                             });
  }

 protected:
  void drained() override { read_on(); }

 private:
  void take_page(Result<std::vector<Event>> page) {
    reading_ = false;
    if (!page) {
      finish();  // the client comes again with the last id that it has
      return;
    }
    // Others may have been saved since the page was read; the newest that we heard of tells.
    const bool whole = page->size() < events_page;
    for (const Event& event : *page) send(event);
    if (whole && newest_ <= sent_) {
      behind_ = false;
    } else if (waiting() == 0) {
      read_on();
    }
  }

  void send(const Event& event) {
    sent_ = std::max(sent_, event.seq);
    if (wanted_.handle.empty() || wanted_.handle == event.handle) push(render_sse(event));
  }

  EventHub& hub_;
  Wanted wanted_;
  bool behind_ = false;
  bool reading_ = false;
  std::int64_t sent_ = 0;    // the last event that was sent or passed over
  std::int64_t newest_ = 0;  // the last that happened
};

std::shared_ptr<BodyStream> EventHub::subscribe(Wanted wanted) {
  auto subscription = std::make_shared<Subscription>(*this, std::move(wanted));
  subscription->read_on();
  return subscription;
}

void EventHub::happened(const Event& event) {
  for (Subscription* one : subscriptions_) one->happened(event);
}

}  // namespace rft::api
