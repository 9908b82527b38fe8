// What a plan settles, what it leaves, and of what it says that it depends.
#include "cedar/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace salus::cedar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

EntityUid uid(std::string type, std::string id) {
    return {.type = std::move(type), .id = std::move(id)};
}
Value text(char const* value) {
    return Value(std::string(value));
}
Value words(std::vector<std::string> const& list) {
    std::vector<Value> values;
    for (auto const& word : list) values.emplace_back(word);
    return Value(Set(std::move(values)));
}

// A nurse reads an observation, of which the labels and whether it is restricted are not known yet.
class PlanTest : public ::testing::Test {
protected:
    Plan planned(std::string const& source, Knowledge knowledge = Knowledge::nothing) {
        policies_ = PolicySet::parse(source).value();
        unknown_ = {{.name = "labels", .knowledge = knowledge}, {.name = "restricted"}};
        auto const entities = table({});
        return plan(*policies_,
                    {.request = request(), .unknown = unknown_, .unknown_id = unknown_id_},
                    entities);
    }
    // Of the one policy that is open.
    static std::string left(Plan const& plan) {
        EXPECT_EQ(plan.residual.policies().size(), 1U);
        return to_text(plan.residual.policies().front());
    }
    static std::string laid_out(std::string const& source) {
        return to_text(parse_policies(source).value().front());
    }
    Response completed(Plan const& plan, std::vector<Record::Member> attributes) {
        return plan.evaluate(request(), table(std::move(attributes)));
    }

    [[nodiscard]] Request request() const {
        return {
            .principal = principal_, .action = action_, .resource = resource_, .context = context_};
    }
    [[nodiscard]] EntityTable table(std::vector<Record::Member> attributes) const {
        attributes.emplace_back("tenant", text("t1"));
        std::vector<Entity> all{
            {.uid = principal_,
             .attributes = std::make_shared<Record const>(
                 std::vector<Record::Member>{{"tenant", text("t1")}}),
             .parents = {uid("Role", "nurse")}},
            {.uid = resource_,
             .attributes = std::make_shared<Record const>(std::move(attributes)),
             .parents = {uid("Type", "Observation")}}};
        return EntityTable(std::move(all));
    }

    bool unknown_id_ = false;
    EntityUid principal_ = uid("User", "ada");
    EntityUid action_ = uid("Action", "read");
    EntityUid resource_ = uid("Record", "Observation");
    Record context_{{{"purpose", text("TREAT")}, {"record", Value(uid("Record", "Observation"))}}};

private:
    std::optional<PolicySet> policies_;
    std::vector<UnknownAttribute> unknown_;
};

TEST_F(PlanTest, WhatReadsNothingUnknownIsCertain) {
    auto const plan = planned(
        "permit(principal in Role::\"nurse\", action, resource is Record);"
        "permit(principal in Role::\"clerk\", action, resource) when { resource.restricted };"
        "permit(principal, action, resource) when { context.missing };"
        "permit(principal, action, resource) when { context.purpose == \"HPAYMT\" };"
        "forbid(principal, action, resource) unless { principal.tenant == resource.tenant };");
    EXPECT_THAT(plan.satisfied, ElementsAre(0));
    EXPECT_THAT(plan.erring, ElementsAre(2));
    EXPECT_THAT(plan.open, IsEmpty());
    EXPECT_THAT(plan.reads, IsEmpty());
    EXPECT_EQ(plan.certain(), Certainty::allowed);
}

TEST_F(PlanTest, OfAnOpenPolicyThePartsThatDependAreLeft) {
    auto const plan = planned(
        "@id(\"one\") @fields(\"name\") permit(principal in Role::\"nurse\", action, resource)"
        "when { context.purpose == \"TREAT\" && resource.labels.contains(\"PSY\") }"
        "unless { context.purpose == \"HPAYMT\" || !resource.restricted };");
    EXPECT_THAT(plan.open, ElementsAre(0));
    EXPECT_THAT(plan.reads, ElementsAre("labels", "restricted"));
    EXPECT_EQ(plan.certain(), Certainty::depends);
    EXPECT_EQ(left(plan),
              laid_out("@id(\"one\") @fields(\"name\") permit(principal, action, resource)"
                       "when { resource.labels.contains(\"PSY\") }"
                       "unless { !resource.restricted };"));
    EXPECT_TRUE(completed(plan, {{"labels", words({"PSY"})}, {"restricted", Value(true)}}).allowed);
    EXPECT_FALSE(completed(plan, {{"labels", words({})}, {"restricted", Value(true)}}).allowed);
    EXPECT_THAT(completed(plan, {{"labels", words({"PSY"})}}).erring, ElementsAre(0));
}

TEST_F(PlanTest, WhatStandsBeforeTheUnknownMaySettleIt) {
    auto const plan = planned(
        "permit(principal, action, resource) when { true || resource.restricted };"
        "permit(principal, action, resource) when { false && resource.restricted };"
        "permit(principal, action, resource) when { context.missing && resource.restricted };"
        "permit(principal, action, resource)"
        "when { if context.purpose == \"TREAT\" then true else resource.restricted };");
    EXPECT_THAT(plan.satisfied, ElementsAre(0, 3));
    EXPECT_THAT(plan.erring, ElementsAre(2));
    EXPECT_THAT(plan.open, IsEmpty());
}

TEST_F(PlanTest, WhatStandsBehindTheUnknownStays) {
    auto const plan = planned(
        "permit(principal, action, resource) when { resource.restricted && context.missing };");
    EXPECT_THAT(plan.open, ElementsAre(0));
    EXPECT_THAT(completed(plan, {{"restricted", Value(true)}}).erring, ElementsAre(0));
    EXPECT_THAT(completed(plan, {{"restricted", Value(false)}}).erring, IsEmpty());
}

TEST_F(PlanTest, AnUnknownGuardLeavesBothBranches) {
    auto const plan = planned(
        "permit(principal, action, resource) when "
        "{ if resource.restricted then context.purpose == \"HPAYMT\" else context.missing };");
    EXPECT_EQ(left(plan),
              laid_out("permit(principal, action, resource)"
                       "when { if resource.restricted then false else context.missing };"));
    EXPECT_THAT(completed(plan, {{"restricted", Value(true)}}).erring, IsEmpty());
    EXPECT_THAT(completed(plan, {{"restricted", Value(false)}}).erring, ElementsAre(0));
}

// Labels that may be no set make an error, which nothing behind them undoes; those that are a set
// do not.
TEST_F(PlanTest, WhatCannotErrIsSettledFromBehind) {
    auto const* const source =
        "forbid(principal, action, resource) when { resource.labels.contains(\"PSY\") }"
        "unless { context.purpose == \"TREAT\" };"
        "permit(principal, action, resource) "
        "when { resource.labels.containsAny([\"R\", context.purpose]) || true };";
    auto const doubtful = planned(source);
    EXPECT_THAT(doubtful.open, ElementsAre(0, 1));
    EXPECT_THAT(completed(doubtful, {}).erring, ElementsAre(0, 1));
    auto const sure = planned(source, Knowledge::set);
    EXPECT_THAT(sure.open, IsEmpty());
    EXPECT_THAT(sure.satisfied, ElementsAre(1));
    EXPECT_EQ(sure.certain(), Certainty::allowed);
}

TEST_F(PlanTest, CertainIsWhatNoOpenPolicyCanChange) {
    auto const* const permit = "permit(principal, action, resource);";
    auto const* const forbid = "forbid(principal, action, resource);";
    auto const* const may_permit =
        "permit(principal, action, resource) when {resource.restricted};";
    auto const* const may_forbid =
        "forbid(principal, action, resource) when {resource.restricted};";
    auto const certain = [this](std::string const& source) { return planned(source).certain(); };
    EXPECT_EQ(certain(""), Certainty::denied);
    EXPECT_EQ(certain(permit), Certainty::allowed);
    EXPECT_EQ(certain(may_permit), Certainty::depends);
    EXPECT_EQ(certain(may_forbid), Certainty::denied);
    EXPECT_EQ(certain(std::string(permit) + may_permit), Certainty::allowed);
    EXPECT_EQ(certain(std::string(permit) + may_forbid), Certainty::depends);
    EXPECT_EQ(certain(std::string(permit) + may_permit + forbid), Certainty::denied);
}

TEST_F(PlanTest, TheResourceIsFoundByEveryWayToIt) {
    for (auto const* condition :
         {"context.record.restricted", "Record::\"Observation\".restricted",
          "(if context.purpose == \"TREAT\" then resource else principal).restricted",
          "[context.record.restricted].contains(true)", "{a: resource.restricted}.a",
          "context.record has restricted"}) {
        auto const plan =
            planned(std::string("permit(principal, action, resource) when {") + condition + "};");
        EXPECT_THAT(plan.open, ElementsAre(0)) << condition;
        EXPECT_THAT(plan.reads, ElementsAre("restricted")) << condition;
        EXPECT_TRUE(completed(plan, {{"restricted", Value(true)}}).allowed) << condition;
        EXPECT_FALSE(completed(plan, {}).allowed) << condition;
    }
    auto const others = planned(
        "permit(principal, action, resource) when { principal has restricted };"
        "permit(principal, action, resource) when { context has restricted };");
    EXPECT_THAT(others.open, IsEmpty());
}

TEST_F(PlanTest, OfAnUnknownIdTheTypeIsKnownAndTheGroups) {
    unknown_id_ = true;
    auto const plan = planned(
        "permit(principal, action, resource == Record::\"7\");"
        "permit(principal, action, resource is Record in Type::\"Observation\");"
        "permit(principal, action, resource) when { resource.tenant == \"t1\" };"
        "permit(principal, action, resource) when { resource == context.record };"
        "permit(principal, action, resource == User::\"ada\");"
        "permit(principal, action, resource) when { Record::\"7\".tenant == \"t1\" };");
    EXPECT_THAT(plan.satisfied, ElementsAre(1, 2));
    EXPECT_THAT(plan.open, ElementsAre(0, 3, 5));
    EXPECT_THAT(plan.reads, IsEmpty());
    resource_.id = "7";
    EXPECT_THAT(completed(plan, {}).satisfied, ElementsAre(0, 1, 2, 5));
    resource_.id = "Observation";
    auto const other = completed(plan, {});
    EXPECT_THAT(other.satisfied, ElementsAre(1, 2, 3));
    EXPECT_THAT(other.erring, ElementsAre(5));
}

}  // namespace
}  // namespace salus::cedar
