#include "mirror/client_logs.h"

#include <gtest/gtest.h>

#include "foundation/bytes.h"
#include "mirror/door.h"
#include "mirror/mirror_for_test.h"

namespace salus::mirror {
namespace {

crypto::Sha256Digest client(std::uint8_t number) {
    crypto::Sha256Digest key{};
    key.fill(number);
    return key;
}

ClientLogs two_servers() {
    ClientLogs logs;
    logs.add(client(1), "salus/one/default");
    logs.add(client(1), "salus/one/second");
    logs.add(client(2), "salus/two/default");
    return logs;
}

TEST(ClientLogsTest, AClientHasItsOwnLogsAlone) {
    auto const logs = ClientLogs::from(two_servers().text()).value();
    EXPECT_TRUE(logs.allows(client(1), "salus/one/default"));
    EXPECT_TRUE(logs.allows(client(1), "salus/one/second"));
    EXPECT_FALSE(logs.allows(client(1), "salus/two/default"));
    EXPECT_FALSE(logs.allows(client(2), "salus/one/default"));
    EXPECT_FALSE(logs.allows(client(3), "salus/one/default"));
    EXPECT_FALSE(logs.allows(client(1), "salus/one"));
    EXPECT_EQ(logs.clients().size(), 2U);
    EXPECT_EQ(logs.text(), two_servers().text());
}

// A server's certificate is replaced while the old one is still used.
TEST(ClientLogsTest, ALogMayHaveTwoClients) {
    auto logs = two_servers();
    logs.add(client(3), "salus/two/default");
    EXPECT_TRUE(logs.allows(client(2), "salus/two/default"));
    EXPECT_TRUE(logs.allows(client(3), "salus/two/default"));
    EXPECT_FALSE(logs.allows(client(3), "salus/one/default"));
}

TEST(ClientLogsTest, AKeyWithoutALogIsForNone) {
    auto const key = to_base64(client(1));
    EXPECT_TRUE(ClientLogs::from("").has_value());
    for (std::string const& line :
         {key, key + " ", std::string("short salus/a"), std::string("salus/a"), key + "\n"}) {
        EXPECT_FALSE(ClientLogs::from(line + "\n").has_value()) << line;
    }
}

TEST(DoorTest, AnothersLogIsAnAlarmOnce) {
    AlarmsForTest alarms;
    Door door(two_servers(), alarms);
    EXPECT_TRUE(door.admit(client(1), "salus/one/default"));
    EXPECT_TRUE(alarms.kinds.empty());
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(door.admit(client(1), "salus/two/default").error().code, Errc::forbidden);
        EXPECT_EQ(door.admit(std::nullopt, "salus/two/default").error().code, Errc::forbidden);
        EXPECT_EQ(door.admit(client(1), "salus/three/default").error().code, Errc::not_found);
    }
    EXPECT_EQ(alarms.kinds, (std::vector{AlarmKind::trespass, AlarmKind::trespass}));
    EXPECT_EQ(door.admit(client(2), "salus/one/default").error().code, Errc::forbidden);
    EXPECT_EQ(alarms.kinds.size(), 3U);
}

}  // namespace
}  // namespace salus::mirror
