// How values stand in rows: the columns' names, what is bound and what is read, all in one order.
#pragma once
#include <string>
#include <string_view>

#include "store/database.h"

namespace rft {

// Types whose members are columns of the row that they are in, rather than JSON in one column.
template <class T>
inline constexpr bool spread = false;
template <>
inline constexpr bool spread<Part> = true;
template <>
inline constexpr bool spread<Tally> = true;

template <class T, class Each>
void each_column(Each each, const std::string& prefix = "") {
  boost::mp11::mp_for_each<codec::MembersOf<T>>([&](auto member) {
    using Member = std::decay_t<decltype(std::declval<T&>().*member.pointer)>;
    if constexpr (spread<Member>) {
      each_column<Member>(each, prefix + member.name + "_");
    } else {
      each(prefix + member.name);
    }
  });
}

// "t.\"id\", t.\"version\", ...": the columns of a T, of table `table` where that is given.
template <class T>
std::string columns_of(std::string_view table = "") {
  std::string list;
  each_column<T>([&](const std::string& name) {
    if (!list.empty()) list += ", ";
    if (!table.empty()) list.append(table) += '.';
    list += '"' + name + '"';
  });
  return list;
}

// "?, ?, ...", one for each column of a T.
template <class T>
std::string placeholders() {
  std::string list;
  each_column<T>([&](const std::string&) { list += list.empty() ? "?" : ", ?"; });
  return list;
}

// A value as the parameters of a statement, one for each of its columns.
template <class T>
struct Members {
  const T& value;
  void add_to(Parameters& parameters) const {
    boost::mp11::mp_for_each<codec::MembersOf<T>>([&](auto member) {
      const auto& part = value.*member.pointer;
      using Member = std::decay_t<decltype(part)>;
      if constexpr (spread<Member>) {
        Members<Member>{part}.add_to(parameters);
      } else {
        parameters.add(part);
      }
    });
  }
};
template <class T>
Members(const T&) -> Members<T>;

template <class T>
void take_members(Row& row, T& value) {
  boost::mp11::mp_for_each<codec::MembersOf<T>>([&](auto member) {
    auto& part = value.*member.pointer;
    if constexpr (spread<std::decay_t<decltype(part)>>) {
      take_members(row, part);
    } else {
      row.take(part);
    }
  });
}

template <class T>
T read_members(Row& row) {
  T value{};
  take_members(row, value);
  return value;
}

// A request has a digest of octets, so it is written by hand.
inline constexpr const char* request_columns =
    "id, owner, handle, source, destination, options, digest, submitted_at, whole, number, lane";
struct RequestMembers {
  const Transfer& value;
  void add_to(Parameters& parameters) const;
};

// Of `file f JOIN request r`: the columns that read_transfer takes.
const std::string& transfer_columns();
Transfer read_transfer(Row& row);

// "key, digest, answer, at" of an answer; its owner is known.
KeptAnswer read_answer(Row& row);
std::string answer_json(const Answer& answer);
std::optional<Answer> answer_from_json(std::string_view text);

}  // namespace rft
