#include "daemon/credentials.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <fstream>

#include "daemon/clock.h"
#include "daemon/folder_for_tests.h"
#include "gsi/pki_for_tests.h"
#include "store/memory.h"

namespace rft {
namespace {

namespace pki = gsi::pki;
using std::chrono::hours;
using testing::HasSubstr;

struct CredentialsTest : testing::Test {
  CredentialsTest() { begin({}); }

  void begin(std::vector<CredentialFacts> kept) {
    CredentialEvents events;
    events.changed = [this](const CredentialFacts& facts) { changed.push_back(facts); };
    events.removed = [this](const Uuid& id) { removed.push_back(id); };
    events.in_use = [this](const Uuid& id) { return in_use == id; };
    credentials = std::make_unique<Credentials>(
        io, store, clock, *vault::Vault::open_or_create(folder.path() + "/vault.key"),
        std::move(kept), std::move(events));
  }

  template <class Done>
  void until(Done done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done() && std::chrono::steady_clock::now() < limit) {
      io.restart();
      io.run_one_for(std::chrono::milliseconds(100));
    }
    ASSERT_TRUE(done()) << "not within 10 s";
  }

  Result<api::KeptCredential> add(api::NewCredential credential, Caller by = me) {
    std::optional<Result<api::KeptCredential>> answer;
    credentials->add(by, std::move(credential), [&](auto given) { answer = std::move(given); });
    EXPECT_FALSE(answer);  // never from inside the call
    until([&] { return answer.has_value(); });
    return *answer;
  }

  Result<CredentialSource::Opened> open(const std::string& owner, const Uuid& id) {
    std::optional<Result<CredentialSource::Opened>> answer;
    credentials->open(owner, id, [&](auto given) { answer = std::move(given); });
    until([&] { return answer.has_value(); });
    return *answer;
  }

  Result<void> remove(const Caller& by, const Uuid& id) {
    std::optional<Result<void>> answer;
    credentials->remove(by, id, [&](Result<void> given) { answer = given; });
    until([&] { return answer.has_value(); });
    return *answer;
  }

  std::string proxy_of(const std::string& person, hours life = hours(12)) {
    const WallTime now = wall_now();
    const pki::Times times{now - hours(1), now + life};
    const auto ca = pki::make_ca({now - hours(1), now + hours(24)});
    const auto issuer = pki::make_person(ca, person, times);
    const auto proxy = pki::make_proxy(issuer, times);
    return pki::pem_of(proxy) + pki::key_pem_of(proxy) + pki::pem_of(issuer);
  }
  static api::NewCredential given(const std::string& pem, std::string path = "") {
    return api::NewProxy{Secret(pem), std::move(path)};
  }
  std::string write(const std::string& pem) {
    const std::string path = folder.path() + "/proxy";
    std::ofstream(path + ".new") << pem;
    ::chmod((path + ".new").c_str(), 0600);
    std::filesystem::rename(path + ".new", path);
    return path;
  }

  static inline const Caller me{"uid:" + std::to_string(::getuid()), "me"};
  FolderForTests folder;
  boost::asio::io_context io;
  MemoryStore store{Uuid{}, [this](std::function<void()> what) { boost::asio::post(io, what); }};
  SystemClock clock;
  std::vector<CredentialFacts> changed;
  std::vector<Uuid> removed;
  std::optional<Uuid> in_use;
  std::unique_ptr<Credentials> credentials;
};

TEST_F(CredentialsTest, a_proxy_is_kept_sealed_and_opens_for_its_owner_alone) {
  const std::string pem = proxy_of("Alice");
  const auto kept = add(given(pem));
  ASSERT_TRUE(kept) << kept.error().detail;
  EXPECT_TRUE(kept->created);
  EXPECT_THAT(kept->facts.subject, HasSubstr("CN=Alice"));
  ASSERT_EQ(changed.size(), 1U);

  const auto opened = open(me.owner, kept->facts.id);
  ASSERT_TRUE(opened);
  const auto secret = vault::from_bytes(opened->secret);
  EXPECT_TRUE(std::holds_alternative<vault::X509Proxy>(*secret));
  EXPECT_EQ(open("uid:77", kept->facts.id).error().code, Code::no_such_credential);
  EXPECT_EQ(credentials->version("uid:77", kept->facts.id), std::nullopt);
}

TEST_F(CredentialsTest, the_same_proxy_again_is_no_renewal_and_another_of_its_identity_is_one) {
  const std::string pem = proxy_of("Alice");
  const auto first = add(given(pem));
  const auto again = add(given(pem));
  EXPECT_FALSE(again->created);
  EXPECT_EQ(again->facts.version, 1U);
  EXPECT_EQ(changed.size(), 1U);

  const auto renewed = add(given(proxy_of("Alice")));
  EXPECT_FALSE(renewed->created);
  EXPECT_EQ(renewed->facts.id, first->facts.id);
  EXPECT_EQ(renewed->facts.version, 2U);
  EXPECT_EQ(renewed->facts.added_at, first->facts.added_at);
  EXPECT_EQ(changed.size(), 2U);
}

TEST_F(CredentialsTest, another_identity_owner_or_path_is_another_credential) {
  add(given(proxy_of("Alice")));
  EXPECT_TRUE(add(given(proxy_of("Bob")))->created);
  EXPECT_TRUE(add(given(proxy_of("Alice")), {"uid:77", "he"})->created);
  EXPECT_TRUE(add(given(proxy_of("Alice"), folder.path() + "/proxy"))->created);
  EXPECT_EQ(credentials->list(me.owner).size(), 3U);
  EXPECT_EQ(credentials->list("uid:77").size(), 1U);
}

TEST_F(CredentialsTest, two_at_once_of_one_identity_become_one) {
  int answered = 0, created = 0;
  const std::string pem = proxy_of("Alice");
  for (int i = 0; i < 2; ++i) {
    credentials->add(me, given(pem), [&](auto kept) {
      ++answered;
      created += kept->created ? 1 : 0;
    });
  }
  until([&] { return answered == 2; });
  EXPECT_EQ(created, 1);
  EXPECT_EQ(credentials->list(me.owner).size(), 1U);
}

TEST_F(CredentialsTest, what_is_no_usable_proxy_is_refused) {
  EXPECT_EQ(add(given("nothing")).error().code, Code::invalid_credential);
  EXPECT_EQ(add(given(proxy_of("Alice", hours(-1)))).error().code, Code::credential_expired);
  EXPECT_EQ(add(given(proxy_of("Alice"), "proxy")).error().code, Code::invalid_credential);
  EXPECT_EQ(add(given(proxy_of("Alice"), "/tmp/p"), {"sub:far", "far"}).error().code,
            Code::invalid_credential);
  EXPECT_TRUE(changed.empty());
}

TEST_F(CredentialsTest, a_password_is_renewed_by_endpoint_and_user) {
  const Endpoint there = *Endpoint::parse("ftp://host:21");
  const auto first = add(api::NewPassword{there, "carol", Secret("one")});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->facts.subject, "carol");
  EXPECT_EQ(add(api::NewPassword{there, "carol", Secret("two")})->facts.version, 2U);
  EXPECT_TRUE(add(api::NewPassword{there, "dave", Secret("two")})->created);
  const auto opened = vault::from_bytes(open(me.owner, first->facts.id)->secret);
  EXPECT_EQ(std::get<vault::Password>(*opened).password.reveal(), "two");
}

TEST_F(CredentialsTest, one_in_use_or_of_another_owner_is_not_removed) {
  const Uuid id = add(given(proxy_of("Alice")))->facts.id;
  EXPECT_EQ(remove({"uid:77", "he"}, id).error().code, Code::no_such_credential);
  in_use = id;
  EXPECT_EQ(remove(me, id).error().code, Code::credential_in_use);
  in_use.reset();
  EXPECT_TRUE(remove(me, id));
  EXPECT_EQ(removed, std::vector{id});
  EXPECT_EQ(open(me.owner, id).error().code, Code::no_such_credential);
}

TEST_F(CredentialsTest, a_proxy_file_that_changes_renews_its_credential) {
  const std::string pem = proxy_of("Alice");
  const std::string path = write(pem);
  const Uuid id = add(given(pem, path))->facts.id;
  credentials->watch(20ms);
  write(proxy_of("Alice"));
  until([&] { return changed.size() == 2; });
  EXPECT_EQ(changed[1].id, id);
  EXPECT_EQ(changed[1].version, 2U);
}

TEST_F(CredentialsTest, a_proxy_file_is_read_again_by_the_next_rftd_and_renews_only_if_it_changed) {
  const std::string pem = proxy_of("Alice");
  const std::string path = write(pem);
  const auto facts = add(given(pem, path))->facts;
  begin({facts});
  credentials->watch(20ms);
  write(proxy_of("Alice"));
  until([&] { return changed.size() == 2; });
  EXPECT_EQ(changed[1].version, 2U);  // not 3: the unchanged content was no renewal
}

TEST_F(CredentialsTest, a_file_that_holds_another_identity_now_changes_nothing) {
  const std::string pem = proxy_of("Alice");
  const std::string path = write(pem);
  add(given(pem, path));
  const std::string other = write(proxy_of("Mallory"));
  credentials->watch(20ms);
  add(given(proxy_of("Bob")));  // some turns of the loop, the file's look among them
  write(proxy_of("Alice"));
  until([&] { return changed.size() == 3; });
  for (const auto& facts : changed) EXPECT_THAT(facts.subject, testing::Not(HasSubstr("Mallory")));
}

TEST_F(CredentialsTest, an_owner_is_a_local_uid_or_none) {
  EXPECT_EQ(uid_of("uid:12"), 12U);
  EXPECT_EQ(uid_of("uid:4294967295"), std::nullopt);
  EXPECT_EQ(uid_of("sub:12"), std::nullopt);
}

}  // namespace
}  // namespace rft
