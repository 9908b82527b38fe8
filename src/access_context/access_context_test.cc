#include "access_context/access_context.h"

#include <atomic>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

#include "access_context/database_for_test.h"
#include "foundation/file.h"
#include "request/caller_for_test.h"
#include "request/tenant_for_test.h"

namespace salus::access_context {
namespace {

using request::AccessFacts;
using request::NetworkZone;
using testing::DatabaseForTest;

request::CallerPointer person(std::string const& user) {
    auto facts = testing::facts_of_caller("user/*.rs");
    facts.person = request::Person{.id = UserId(user), .grant = {}, .acr = {}, .authenticated = {}};
    return testing::make_caller(std::move(facts));
}

class AccessContextTest : public ::testing::Test {
protected:
    AccessContextTest() {
        write("deny", "192.0.2.0/25\n");
        write("reputation", "198.51.100.0/24 70\n198.51.100.7 10\n");
        DatabaseForTest database(6);
        database.add_country("198.51.100.0/24", "DE");
        keys::write_quickly(file("countries"), database.bytes());
        settings_.deny.file = file("deny");
        settings_.allow.networks = {*http::Network::parse("192.0.2.0/24")};
        settings_.internal.networks = {*http::Network::parse("10.0.0.0/8")};
        settings_.reputation_file = file("reputation");
        settings_.geography_file = file("countries");
        settings_.time_zone = "America/New_York";
        settings_.tenant_time_zones[TenantName("north")] = "Europe/Berlin";
    }

    [[nodiscard]] std::filesystem::path file(std::string const& name) const {
        return instance_.directory.path() / name;
    }
    void write(std::string const& name, std::string_view text) const {
        keys::write_quickly(file(name), bytes_of(text));
    }
    std::unique_ptr<AccessContext> make() {
        auto made = AccessContext::make(settings_, FingerprintKey({}));
        EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().text());
        return *std::move(made);
    }
    request::Exchange exchange(request::Tenant const& tenant, std::string const& address,
                               request::CallerPointer caller = nullptr) {
        auto exchange = testing::make_exchange(tenant, testing::make_request({}));
        exchange.request.peer.address = address;
        exchange.request.received = MonotonicTime(std::chrono::hours(5));
        // 2026-11-29T23:30:00Z, a Sunday.
        exchange.started = WallTime(std::chrono::seconds(1'795'995'000));
        exchange.facts.caller = std::move(caller);
        return exchange;
    }
    AccessFacts observe(AccessContext& context, std::string const& address) {
        return context.observe(exchange(tenant_.tenant(), address), {});
    }

    testing::TestInstance instance_;
    testing::TestTenant tenant_{instance_};
    Settings settings_;
};

TEST_F(AccessContextTest, SaysWhereARequestComesFrom) {
    auto const context = make();
    struct Case {
        char const* address;
        NetworkZone zone;
        int reputation;
        char const* country;
    };
    for (auto const& each :
         std::vector<Case>{{"10.1.2.3", NetworkZone::internal, 0, ""},
                           {"::ffff:10.1.2.3", NetworkZone::internal, 0, ""},
                           {"192.0.2.200", NetworkZone::allowed, 0, ""},
                           // Denied wins, in whatever clothes the address comes.
                           {"192.0.2.1", NetworkZone::denied, 0, ""},
                           {"::ffff:192.0.2.1", NetworkZone::denied, 0, ""},
                           {"::ffff:c000:201", NetworkZone::denied, 0, ""},
                           {"0:0:0:0:0:FFFF:C000:0201", NetworkZone::denied, 0, ""},
                           {"198.51.100.1", NetworkZone::other, 70, "DE"},
                           {"198.51.100.7", NetworkZone::other, 70, "DE"},  // the worse of the two
                           {"2001:db8::1", NetworkZone::other, 0, ""},
                           // What is no address is not let through as an unknown one.
                           {"fe80::1%eth0", NetworkZone::denied, 100, ""},
                           {"10.1.2.3%eth0", NetworkZone::denied, 100, ""},
                           {"010.1.2.3", NetworkZone::denied, 100, ""},
                           {"10.1.2.3:443", NetworkZone::denied, 100, ""},
                           {"localhost", NetworkZone::denied, 100, ""},
                           // A command in the server's own process.
                           {"", NetworkZone::internal, 0, ""}}) {
        auto const network = observe(*context, each.address).network;
        EXPECT_EQ(network.zone, each.zone) << each.address;
        EXPECT_EQ(network.reputation, each.reputation) << each.address;
        EXPECT_EQ(network.country.text(), each.country) << each.address;
    }
    EXPECT_EQ(observe(*context, "10.1.2.3").network.address, http::IpAddress::parse("10.1.2.3"));
}

TEST_F(AccessContextTest, HeadersSayNothing) {
    auto const context = make();
    auto forged = exchange(tenant_.tenant(), "192.0.2.1");
    for (auto const* name : {"X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP"})
        forged.request.headers.add(name, "10.1.2.3");
    forged.request.headers.add("Forwarded", "for=10.1.2.3");
    forged.request.headers.add("X-Device-Posture", R"({"managed":true})");
    auto const facts = context->observe(forged, {});
    EXPECT_EQ(facts.network.zone, NetworkZone::denied);
    EXPECT_FALSE(facts.device.claimed || facts.device.managed);
}

TEST_F(AccessContextTest, TellsTheTimeOfTheTenant) {
    auto const context = make();
    EXPECT_EQ(observe(*context, "").local, (request::LocalTime{.hour = 18, .weekday = 7}));
    testing::TestTenant const north(instance_, "north", "/t/north");
    EXPECT_EQ(context->observe(exchange(north.tenant(), ""), {}).local,
              (request::LocalTime{.hour = 0, .weekday = 1}));
}

TEST_F(AccessContextTest, CountsForClientAndPersonTogether) {
    auto const context = make();
    auto ada = exchange(tenant_.tenant(), "10.1.2.3", person("ada"));
    EXPECT_EQ(context->observe(ada, {}).recent, (request::RecentCounts{.requests = 1}));
    for (std::uint64_t i = 0; i < 100; ++i) {
        request::Touched touched;
        auto const number = static_cast<std::uint8_t>(i % 3);
        touched.compartment = CompartmentId::from(crypto::sha256(BytesView(&number, 1)));
        touched.patient_compartment = i % 3 != 0;
        ada.facts.touched.push_back(touched);
    }
    context->answered(ada, false);
    context->answered(ada, true);  // refused: nobody's data left
    auto const counts = context->observe(ada, {}).recent;
    EXPECT_EQ(counts, (request::RecentCounts{.requests = 2, .patients = 2, .refusals = 1}));
    auto const grace = exchange(tenant_.tenant(), "10.1.2.3", person("grace"));
    EXPECT_EQ(context->observe(grace, {}).recent.requests, 1U);
    auto const nobody = exchange(tenant_.tenant(), "10.1.2.3", testing::make_anonymous());
    EXPECT_EQ(context->observe(nobody, {}).recent, request::RecentCounts());
    context->answered(nobody, true);
    EXPECT_EQ(context->state().callers, 2U);
}

TEST_F(AccessContextTest, CarriesTheDeviceOn) {
    auto const context = make();
    request::DevicePosture const device{.claimed = true, .managed = true};
    EXPECT_EQ(context->observe(exchange(tenant_.tenant(), ""), device).device, device);
}

TEST_F(AccessContextTest, DoesNotStartWithWhatIsBroken) {
    auto const why = [this](auto change) {
        auto settings = settings_;
        change(settings);
        auto const made = AccessContext::make(settings, FingerprintKey({}));
        return made ? std::string() : made.error().text();
    };
    write("broken", "192.0.2.0/24\n192.0.2.0/99\n");
    EXPECT_TRUE(why([&](Settings& settings) {
                    settings.deny.file = file("broken");
                }).starts_with("access_context.deny_file, line 2: "));
    EXPECT_TRUE(why([&](Settings& settings) {
                    settings.allow.file = file("absent");
                }).starts_with("access_context.allow_file: "));
    EXPECT_TRUE(why([&](Settings& settings) {
                    settings.internal.file = file("broken");
                }).starts_with("access_context.internal_file, line 2: "));
    EXPECT_TRUE(why([&](Settings& settings) {
                    settings.reputation_file = file("broken");
                }).starts_with("access_context.reputation_file, line 1: "));
    EXPECT_TRUE(why([&](Settings& settings) {
                    settings.geography_file = file("deny");
                }).starts_with("access_context.geography_file: "));
    EXPECT_TRUE(why([&](Settings& settings) {
                    settings.time_zone = "Europe/Atlantis";
                }).starts_with("access_context.time_zone: "));
    EXPECT_TRUE(why([&](Settings& settings) {
                    settings.tenant_time_zones[TenantName("north")] = "CET/";
                }).starts_with("access_context.tenant_time_zones: "));
    EXPECT_EQ(why([](Settings&) {}), "");
    EXPECT_TRUE(AccessContext::make({}, FingerprintKey({})).has_value());
}

TEST_F(AccessContextTest, AReloadIsWholeOrNothing) {
    auto const context = make();
    write("deny", "198.51.100.0/24\n");
    write("reputation", "198.51.100.0/24 101\n");
    EXPECT_FALSE(context->reload(instance_.log).has_value());
    EXPECT_TRUE(context->alarm().load());
    EXPECT_TRUE(context->state().reload_failed);
    EXPECT_EQ(observe(*context, "192.0.2.1").network.zone, NetworkZone::denied);
    EXPECT_EQ(observe(*context, "198.51.100.1").network.zone, NetworkZone::other);
    EXPECT_EQ(observe(*context, "198.51.100.1").network.reputation, 70);
    write("reputation", "");
    EXPECT_TRUE(context->reload(instance_.log).has_value());
    EXPECT_FALSE(context->alarm().load());
    EXPECT_EQ(observe(*context, "192.0.2.1").network.zone, NetworkZone::allowed);
    EXPECT_EQ(observe(*context, "198.51.100.1").network.zone, NetworkZone::denied);
    EXPECT_EQ(observe(*context, "198.51.100.1").network.reputation, 0);
}

TEST_F(AccessContextTest, SaysWhatIsLoaded) {
    auto const state = make()->state();
    EXPECT_EQ(state.ranges.internal, 1U);
    EXPECT_EQ(state.ranges.allowed, 1U);
    EXPECT_EQ(state.ranges.denied, 1U);
    EXPECT_EQ(state.ranges.reputations, 2U);
    EXPECT_EQ(state.geography_built, WallTime(std::chrono::seconds(DatabaseForTest::kBuilt)));
    EXPECT_FALSE(AccessContext::make({}, FingerprintKey({})).value()->state().geography_built);
}

// Zone and reputation change together in the files: no request sees one without the other.
TEST_F(AccessContextTest, NoRequestSeesHalfAReload) {
    auto const context = make();
    std::atomic<bool> stop{false};
    std::atomic<int> torn{0};
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 3; ++i) {
            readers.emplace_back([&] {
                auto const request = exchange(tenant_.tenant(), "203.0.113.5", person("ada"));
                while (!stop) {
                    auto const network = context->observe(request, {}).network;
                    bool const denied = network.zone == NetworkZone::denied;
                    if (denied != (network.reputation == 90)) ++torn;
                    static_cast<void>(context->state());
                }
            });
        }
        for (int i = 0; i < 200; ++i) {
            write("deny", i % 2 == 0 ? "203.0.113.0/24\n" : "");
            write("reputation", i % 2 == 0 ? "203.0.113.5 90\n" : "");
            EXPECT_TRUE(context->reload(instance_.log).has_value());
        }
        stop = true;
    }
    EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace salus::access_context
