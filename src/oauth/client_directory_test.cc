#include "oauth/client_directory.h"

#include <gtest/gtest.h>

#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::OauthRoom;

TEST(ClientDirectory, AClientIsAskedForEachTimeAndCheckedOnce) {
    testing::TestInstance instance;
    OauthRoom room(instance);
    auto const key = testing::ClientKey::make("k1");
    room.add_client(OauthRoom::client_json("one", {key.jwk()}));
    ClientDirectory directory(room.home().records(), room.parser());
    auto const first = must(directory.find("one"));
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->id.text(), "one");
    EXPECT_EQ(must(directory.find("one")), first);
    EXPECT_EQ(must(directory.find("two")), nullptr);
    EXPECT_EQ(must(directory.find("../one")), nullptr);
    EXPECT_EQ(must(directory.find("")), nullptr);
}

TEST(ClientDirectory, AChangedAndARemovedClientAreSoAtOnce) {
    testing::TestInstance instance;
    OauthRoom room(instance);
    auto const key = testing::ClientKey::make("k1");
    room.add_client(OauthRoom::client_json("one", {key.jwk()}));
    ClientDirectory directory(room.home().records(), room.parser());
    auto const first = must(directory.find("one"));

    auto const write = [&](std::uint64_t version, store::VersionState state,
                           std::string const& text) {
        records::Change change;
        change.document_class = records::DocumentClass::client;
        change.type = kClientType;
        change.id = "one";
        change.compartment = room.home().records().addressing().identity_compartment();
        change.version = version;
        change.state = state;
        change.when = instance.clock.now();
        change.text = EphiText(text);
        request::Prepared prepared;
        prepared.batch.emplace();
        prepared.batch->writes.push_back(must(room.home().records().seal(change)));
        EXPECT_TRUE(room.commit(std::move(prepared)).has_value());
    };
    auto const other = testing::ClientKey::make("k2");
    write(2, store::VersionState::live, OauthRoom::client_json("one", {other.jwk()}));
    auto const second = must(directory.find("one"));
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(first->keys.find("k2"), nullptr);
    EXPECT_NE(second->keys.find("k2"), nullptr);
    EXPECT_EQ(second->keys.find("k1"), nullptr);
    write(3, store::VersionState::deleted, "");
    EXPECT_EQ(must(directory.find("one")), nullptr);
}

}  // namespace
}  // namespace salus::oauth
