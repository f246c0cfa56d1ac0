#include "api/limit_schemas.h"

namespace rft::api {
namespace {

using enum Type;
using enum Presence;

using Fields = std::vector<Field>;

Fields bounds(Presence presence) {
  return {{"transfers", integer, presence,
           "tries at once; a bundle of small files is one, a listing too; 0 admits nothing"},
          {"streams", integer, presence, "data streams at once"},
          {"sessions", integer, presence, "control sessions at work at once"},
          {"rate", integer, presence, "bytes a second, in the mean of what is admitted"}};
}

Fields joined(Fields first, const Fields& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Fields window(Presence presence) {
  return joined({{"days", text, required, "mon-fri, sat,sun, daily; those on which it begins"},
                 {"from", text, required, "00:00 to 24:00"},
                 {"to", text, required, "where it is not after `from`, on the next day"}},
                bounds(presence));
}

std::string_view share_says() {
  return "of an owner: its weight where owners contend, 1 to 1000; 1 where absent";
}

}  // namespace

std::vector<Schema> limit_schemas() {
  return {
      {"LimitRequest", "what bounds a scope: outside of all windows, and in each of them",
       joined(bounds(optional),
              {{"share", integer, optional, share_says()},
               {"zone",
                words,
                optional,
                "whose hours the windows are in; UTC where absent",
                {},
                {"UTC", "local"}},
               {"windows", list, optional, "the first that fits holds, alone", "LimitWindow"}})},
      {"LimitWindow", "hours in which other bounds hold", window(optional)},
      {"Limit", "a limit, and how it stands; null is not bounded",
       joined(joined({{"scope", text, required,
                       "all, owner:uid:1000, an endpoint, or a link as endpoint->endpoint"},
                      {"kind", words, required, "", {}, {"all", "owner", "endpoint", "link"}}},
                     bounds(nullable)),
              {{"windows", list, required, "", "LimitHours"},
               {"zone", words, required, "", {}, {"UTC", "local"}},
               {"utc_offset", integer, required, "minutes that these hours are ahead of UTC, now"},
               {"share", integer, required, share_says()},
               {"set_at", time, required, ""},
               {"set_by", text, required, ""},
               {"now", object, required, "what holds now", "LimitBounds"},
               {"until", time, nullable, "when something else will"},
               {"used", object, required, "what runs in the scope", "LimitUsage"}})},
      {"LimitHours", "a window; null is not bounded", window(nullable)},
      {"LimitBounds", "null is not bounded", bounds(nullable)},
      {"LimitUsage",
       "",
       {{"transfers", integer, required, ""},
        {"streams", integer, required, ""},
        {"sessions", integer, required, ""}}},
      {"LimitList", "", {{"limits", list, required, "by scope", "Limit"}}}};
}

}  // namespace rft::api
