// Requests put together again from their leaves, and what two policies decide of them.
#include "admin/replayed_request.h"

#include <gtest/gtest.h>

#include "admin/replay_comparison.h"
#include "admin/replay_report.h"
#include "request/scope_constraint.h"

namespace salus::admin {
namespace {

using audit_views::RecordedLeaf;
using authorization::Policy;
using authorization::RecordedDecision;
using authorization::RecordedVerdict;
using request::Interaction;

constexpr char const* kReadsOwn = R"cedar(
@id("own") @fields("*") permit(principal, action, resource is Record) when { resource.own };
)cedar";
constexpr char const* kReadsInCare = R"cedar(
@id("care") @fields("*") permit(principal, action, resource is Record)
when { resource.careRelationship };
)cedar";
constexpr char const* kReadsAll = R"cedar(
@id("all") @fields("*") permit(principal, action, resource is Record);
)cedar";

constexpr std::uint8_t kOwnMark = 7;
constexpr char const* kOwn = "07070707070707070707070707070707";
constexpr char const* kOther = "09090909090909090909090909090909";

Policy policy(std::string const& text) {
    return Policy::parse(text).value();
}

RecordedDecision read_of(std::string type, RecordedVerdict verdict = RecordedVerdict::permitted) {
    return {.verdict = verdict, .interaction = Interaction::read, .type = std::move(type)};
}

class ReplayedRequestTest : public ::testing::Test {
protected:
    ReplayedRequestTest() {
        leaf_.time = WallTime{std::chrono::seconds(1'795'421'730)};
        leaf_.client = "app";
        leaf_.user = "u1";
        leaf_.purpose = "TREAT";
        leaf_.scopes = "openid user/*.rs";
        subject_.caller.anonymous = false;
        subject_.caller.tenant = TenantName("default");
        subject_.caller.person = request::Person{.id = UserId("u1"), .grant = {}, .acr = {}};
        subject_.is_stored = true;
    }
    void make_patient() {
        CompartmentId::Array bytes{};
        bytes.fill(kOwnMark);
        subject_.is_patient = true;
        subject_.caller.patient_compartment = CompartmentId(bytes);
        leaf_.scopes = "launch/patient patient/*.rs";
    }
    // Whether a policy permits it.
    bool permits(std::string const& text, RecordedDecision const& decision) {
        auto const request = replayed_request(leaf_, decision, subject_, nullptr, local_);
        EXPECT_TRUE(request) << (request ? "" : request.error().text());
        return request && compare(policy(text), policy(text), *request).before.allowed;
    }
    Comparison compared(std::string const& now, std::string const& next,
                        RecordedDecision const& decision) {
        return compare(policy(now), policy(next),
                       replayed_request(leaf_, decision, subject_, nullptr, local_).value());
    }
    Literal refusal(RecordedDecision const& decision, Subject const* app = nullptr) {
        auto const request = replayed_request(leaf_, decision, subject_, app, local_);
        return request ? Literal() : request.error();
    }

    RecordedLeaf leaf_;
    request::LocalTime local_{.hour = 12, .weekday = 3};
    Subject subject_;
};

TEST_F(ReplayedRequestTest, ScopesAndPurposeAreTheTokensOfThen) {
    EXPECT_TRUE(permits(kReadsAll, read_of("Patient")));
    leaf_.scopes = "user/Observation.rs";
    EXPECT_FALSE(permits(kReadsAll, read_of("Patient")));
    EXPECT_TRUE(permits(kReadsAll, read_of("Observation")));
    std::string const for_payment = R"cedar(
@id("pay") @fields("*") permit(principal, action, resource is Record)
when { context.purpose == "HPAYMT" && principal.client == "app" };
)cedar";
    EXPECT_FALSE(permits(for_payment, read_of("Observation")));
    leaf_.purpose = "HPAYMT";
    EXPECT_TRUE(permits(for_payment, read_of("Observation")));
}

TEST_F(ReplayedRequestTest, RolesAreThoseThatAreStoredNow) {
    std::string const nurses = R"cedar(
@id("n") @fields("*") permit(principal in Role::"nurse", action, resource is Record);
)cedar";
    EXPECT_FALSE(permits(nurses, read_of("Patient")));
    subject_.caller.roles = {*request::RoleName::parse("nurse")};
    EXPECT_TRUE(permits(nurses, read_of("Patient")));
}

TEST_F(ReplayedRequestTest, APatientsRecordIsTheirOwnAndNoOther) {
    make_patient();
    leaf_.patient = kOwn;
    EXPECT_EQ(whose(leaf_, subject_), Whose::own);
    EXPECT_TRUE(permits(kReadsOwn, read_of("Patient")));
    // Refused by the scope, because it was another's.
    leaf_.patient = kOther;
    leaf_.reason = "no scope of the token permits this";
    EXPECT_EQ(whose(leaf_, subject_), Whose::another);
    EXPECT_FALSE(permits(kReadsOwn, read_of("Patient", RecordedVerdict::refused)));
    EXPECT_FALSE(permits(kReadsAll, read_of("Patient", RecordedVerdict::refused)));
}

TEST_F(ReplayedRequestTest, AnAppOpenedForAPatientReachesThatPatientWhoIsNotTheCaller) {
    leaf_.scopes = "patient/*.rs";
    leaf_.patient = kOther;
    EXPECT_EQ(whose(leaf_, subject_), Whose::context);
    EXPECT_TRUE(permits(kReadsAll, read_of("Patient")));
    EXPECT_FALSE(permits(kReadsOwn, read_of("Patient")));
    make_patient();
    EXPECT_EQ(whose(leaf_, subject_), Whose::context);
    EXPECT_FALSE(permits(kReadsOwn, read_of("Patient")));
}

TEST_F(ReplayedRequestTest, WithoutAPatientsScopeNothingIsOnesOwn) {
    make_patient();
    leaf_.scopes = "user/*.rs";
    leaf_.patient = kOwn;
    EXPECT_EQ(whose(leaf_, subject_), Whose::unknown);
    EXPECT_FALSE(permits(kReadsOwn, read_of("Patient")));
    EXPECT_TRUE(permits(kReadsAll, read_of("Patient")));
}

TEST_F(ReplayedRequestTest, AGranularScopeIsFoundWhereItIsStored) {
    auto const scopes = request::parse_scopes("user/Observation.rs?category=laboratory").value();
    leaf_.scopes = request::label_of(scopes.front());
    EXPECT_EQ(refusal(read_of("Observation")),
              Literal("the log has a scope's constraint by its hash alone"));
    Subject app;
    app.caller.scopes = scopes;
    EXPECT_EQ(refusal(read_of("Observation"), &app), Literal());
    subject_.caller.scopes = scopes;
    EXPECT_TRUE(permits(kReadsAll, read_of("Observation")));
    EXPECT_FALSE(permits(kReadsAll, read_of("Patient")));
}

TEST_F(ReplayedRequestTest, WhoHadToSignInAgainIsLeftOut) {
    EXPECT_EQ(refusal(read_of("Patient", RecordedVerdict::sign_in)),
              Literal("the person had to sign in again first"));
}

TEST_F(ReplayedRequestTest, CareIsKnownWhereTheRecordedDecisionRestsOnIt) {
    subject_.caller.person->practitioner = "Practitioner/1";
    // Permitted, so they cared, so nothing changes.
    auto const kept = compared(kReadsInCare, kReadsAll, read_of("Patient"));
    EXPECT_TRUE(kept.agrees);
    EXPECT_EQ(kept.change, Change::none);
    auto const gained =
        compared(kReadsInCare, kReadsAll, read_of("Patient", RecordedVerdict::refused));
    EXPECT_TRUE(gained.agrees);
    EXPECT_EQ(gained.change, Change::gain);
}

TEST_F(ReplayedRequestTest, CareThatNothingTellsOfDecidesAndTheReportSaysSo) {
    subject_.caller.person->practitioner = "Practitioner/1";
    auto const either = compared(kReadsAll, kReadsInCare, read_of("Patient"));
    EXPECT_EQ(either.change, Change::care_decides);
    EXPECT_TRUE(either.after.allowed);
    ASSERT_TRUE(either.otherwise);
    EXPECT_FALSE(either.otherwise->allowed);
    // Who is no practitioner cares for nobody.
    subject_.caller.person->practitioner.clear();
    EXPECT_EQ(compared(kReadsAll, kReadsInCare, read_of("Patient")).change, Change::loss);
}

TEST_F(ReplayedRequestTest, ADeletionShowsNoFields) {
    std::string const names = R"cedar(
@id("names") @fields("name") permit(principal, action, resource is Record);
)cedar";
    leaf_.scopes = "user/*.cruds";
    EXPECT_EQ(compared(kReadsAll, names, read_of("Patient")).change, Change::loss);
    EXPECT_EQ(compared(names, kReadsAll, read_of("Patient")).change, Change::gain);
    RecordedDecision const removal{.verdict = RecordedVerdict::permitted,
                                   .interaction = Interaction::remove,
                                   .type = "Patient"};
    EXPECT_EQ(compared(kReadsAll, names, removal).change, Change::none);
}

TEST_F(ReplayedRequestTest, AReportShowsTheLargestGroupsAndSaysHowMuchItLeavesOff) {
    ReplayReport report;
    auto const decision = read_of("Patient");
    auto const comparison = compared(kReadsAll, kReadsOwn, decision);
    ASSERT_EQ(comparison.change, Change::loss);
    for (int client = 0; client < 502; ++client) {
        leaf_.client = "app-" + std::to_string(client);
        auto const kind = report.kind_of(leaf_, decision, comparison);
        report.count(kind, true);
        if (client == 321) report.count(kind, true);
    }
    report.count_not_replayed("the subject no longer exists");
    auto const text = report.to_json({});
    EXPECT_TRUE(text.contains(R"("requests":504,"replayed":503,)")) << text.substr(0, 400);
    EXPECT_TRUE(text.contains(R"("losses":{"requests":503,"groups":[{"count":2,"client":"app-321",)"
                              R"("user":"u1",)"));
    EXPECT_TRUE(text.contains(R"("requests_left_off":2})"));
}

}  // namespace
}  // namespace salus::admin
