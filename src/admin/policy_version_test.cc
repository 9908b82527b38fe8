#include "admin/policy_version.h"

#include <gtest/gtest.h>

namespace salus::admin {
namespace {

PolicyStep by(std::string person, std::int64_t at = 1) {
    return {.client = "app", .person = std::move(person), .at = at};
}
PolicyStep by_client() {
    return {.client = "administrator", .person = {}, .at = 1};
}

PolicyVersion proposed_by(PolicyStep step) {
    PolicyVersion version;
    version.number = 1;
    version.text = "permit";
    version.sha256 = "00";
    version.based_on_sha256 = "c0";
    version.reason = "why \"not\"";
    version.proposed = std::move(step);
    return version;
}

PolicyVersions const kAll{.newest = 1, .activated = 0, .deciding = {.version = 0, .sha256 = "c0"}};

TEST(PolicyVersion, NobodyChangesThePolicyAlone) {
    auto version = proposed_by(by("1"));
    auto all = kAll;
    EXPECT_EQ(phase_of(version, all), PolicyPhase::proposed);
    EXPECT_EQ(approve(version, all, by("1")).error().code, Errc::forbidden);
    EXPECT_EQ(approve(version, all, by_client()).error().code, Errc::forbidden);
    EXPECT_EQ(activate(version, all, by("1")).error().code, Errc::conflict);
    ASSERT_TRUE(approve(version, all, by("2")));
    EXPECT_EQ(phase_of(version, all), PolicyPhase::approved);
    EXPECT_EQ(approve(version, all, by("2")).error().code, Errc::conflict);
    ASSERT_TRUE(activate(version, all, by("1")));
    EXPECT_EQ(phase_of(version, all), PolicyPhase::in_force);
    EXPECT_EQ(activate(version, all, by("1")).error().code, Errc::conflict);
    EXPECT_EQ(withdraw(version, all, by("1")).error().code, Errc::conflict);
}

TEST(PolicyVersion, AClientThatProposesIsNoPerson) {
    auto version = proposed_by(by_client());
    auto all = kAll;
    ASSERT_TRUE(approve(version, all, by("1")));
    EXPECT_EQ(people_behind(version), 1U);
    EXPECT_EQ(activate(version, all, by_client()).error().code, Errc::conflict);
    ASSERT_TRUE(approve(version, all, by("2")));
    EXPECT_TRUE(activate(version, all, by_client()));
}

TEST(PolicyVersion, WhatAnotherVersionOvertookIsProposedAgain) {
    auto version = proposed_by(by("1"));
    ASSERT_TRUE(approve(version, kAll, by("2")));
    PolicyVersions later{.newest = 2, .activated = 2, .deciding = {.version = 2, .sha256 = "02"}};
    EXPECT_EQ(phase_of(version, later), PolicyPhase::outdated);
    EXPECT_EQ(activate(version, later, by("1")).error().code, Errc::conflict);
    EXPECT_EQ(later.activated, 2U);
    EXPECT_EQ(approve(version, later, by("3")).error().code, Errc::conflict);
}

TEST(PolicyVersion, OneIsProposedAgainWhenTheConfigurationChangedMeanwhile) {
    auto version = proposed_by(by("1"));
    ASSERT_TRUE(approve(version, kAll, by("2")));
    auto other = kAll;
    other.deciding.sha256 = "c1";  // of version 0, as before
    EXPECT_EQ(phase_of(version, other), PolicyPhase::outdated);
    EXPECT_EQ(activate(version, other, by("1")).error().code, Errc::conflict);
    // One that was kept without saying what it was based on.
    version.based_on_sha256.clear();
    EXPECT_EQ(phase_of(version, kAll), PolicyPhase::outdated);
}

TEST(PolicyVersion, TheConfigurationMayDecideInsteadOfIt) {
    auto version = proposed_by(by("1"));
    auto all = kAll;
    ASSERT_TRUE(approve(version, all, by("2")));
    ASSERT_TRUE(activate(version, all, by("1")));
    EXPECT_EQ(phase_of(version, all), PolicyPhase::in_force);
    all.deciding = {.version = 0, .sha256 = "c0"};
    EXPECT_EQ(phase_of(version, all), PolicyPhase::passed_over);
    // What puts it right is proposed against what decides, and decides once it is activated.
    auto next = proposed_by(by("1"));
    next.number = 2;
    next.based_on = 1;
    ASSERT_TRUE(approve(next, all, by("2")));
    ASSERT_TRUE(activate(next, all, by("2")));
    EXPECT_EQ(phase_of(next, all), PolicyPhase::in_force);
    EXPECT_EQ(phase_of(version, all), PolicyPhase::superseded);
}

TEST(PolicyVersion, WhatIsWithdrawnStaysSo) {
    auto version = proposed_by(by("1"));
    auto all = kAll;
    ASSERT_TRUE(withdraw(version, all, by("2")));
    EXPECT_EQ(withdraw(version, all, by("2")).error().code, Errc::conflict);
    EXPECT_EQ(approve(version, all, by("2")).error().code, Errc::conflict);
    EXPECT_EQ(activate(version, all, by("2")).error().code, Errc::conflict);
}

TEST(PolicyVersion, IsReadAsItWasWritten) {
    auto version = proposed_by(by("1", 7));
    version.based_on = 4;
    version.cases = 9;
    ASSERT_TRUE(approve(version,
                        {.newest = 5, .activated = 4, .deciding = {.version = 4, .sha256 = "c0"}},
                        by("2", 8)));
    version.activated = by_client();
    version.withdrawn = by("3");
    auto const text = to_json(version);
    json::Parser parser;
    auto const read = read_version(parser, text);
    ASSERT_TRUE(read);
    EXPECT_EQ(to_json(*read), text);
    EXPECT_EQ(read->approvals.at(0).person, "2");
    for (auto const* torn : {"{}", "[]", R"({"proposed":{},"approvals":[]})", "nothing"})
        EXPECT_FALSE(read_version(parser, torn)) << torn;
    auto const versions =
        read_versions(parser, to_json(PolicyVersions{.newest = 5, .activated = 4, .deciding = {}}));
    ASSERT_TRUE(versions);
    EXPECT_EQ(versions->activated, 4U);
    EXPECT_FALSE(read_versions(parser, R"({"newest":1,"in_force":2})"));
    EXPECT_FALSE(read_versions(parser, R"({"newest":-1,"in_force":0})"));
}

}  // namespace
}  // namespace salus::admin
