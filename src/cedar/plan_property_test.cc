// For policies, requests and completions at random: what was planned and what is left of it answer
// as all the policies do, errors included.
#include <array>
#include <gtest/gtest.h>

#include "cedar/plan.h"
#include "cedar/random_policies_for_test.h"

namespace salus::cedar {
namespace {

using testing::RandomPolicies;
using Members = std::vector<Record::Member>;

Value text(char const* value) {
    return Value(std::string(value));
}
Value number(std::int64_t value) {
    return Value(value);
}
EntityUid uid(std::string type, std::string id) {
    return {.type = std::move(type), .id = std::move(id)};
}
Value set_of(std::vector<std::string> const& words) {
    std::vector<Value> values;
    for (auto const& word : words) values.emplace_back(word);
    return Value(Set(std::move(values)));
}
RecordPointer record(Members members) {
    return std::make_shared<Record const>(std::move(members));
}

// One partial request and the completions of it.
class World {
public:
    explicit World(RandomPolicies& random) : random_(random) {
        unknown_id_ = random.below(3) == 0;
        for (auto const* name : {"labels", "flag", "count", "link", "extra"})
            if (random.below(2) == 0) unknown_.push_back({.name = name, .knowledge = known(name)});
        principal_ = random.below(4) == 0 ? uid("Record", random.one_of({"r1", "r2", "r3"}))
                                          : uid("User", random.one_of({"ada", "bob"}));
        for (auto const* name : {"labels", "flag", "count", "link", "extra"})
            if (random.below(4) != 0) attributes_.emplace_back(name, value(name));
        attributes_.emplace_back("tenant", text("t1"));
        if (random.below(3) != 0) attributes_.emplace_back("grade", number(2));
        context_ = Record({{"purpose", text(random.below(2) == 0 ? "TREAT" : "HPAYMT")},
                           {"hour", number(9)},
                           {"labels", set_of({"R"})},
                           {"device", Value(Record({{"hour", number(8)}}))},
                           {"record", Value(uid("Record", random.one_of({"r1", "r3"})))},
                           {"other", Value(uid("Record", "r2"))}});
    }

    // Both of the partial request, and of a completion that completed() made.
    struct Resource {
        EntityUid uid;
        Members attributes;
    };
    // The unknown ones may be there, with values that are not the completion's.
    [[nodiscard]] Resource partial() const {
        return {.uid = uid("Record", unknown_id_ ? "whichever" : "r1"), .attributes = attributes_};
    }
    [[nodiscard]] Resource completed() {
        Resource resource{.uid = uid("Record", "r1"), .attributes = {}};
        if (unknown_id_) resource.uid.id = random_.one_of({"r1", "r3", "r4"});
        for (auto const& member : attributes_)
            if (find(member.first) == nullptr) resource.attributes.push_back(member);
        for (auto const& one : unknown_)
            if (one.knowledge != Knowledge::nothing || random_.below(4) != 0)
                resource.attributes.emplace_back(one.name, value(one.name));
        return resource;
    }

    [[nodiscard]] EntityTable entities(Resource const& resource) const {
        auto const observation = uid("Type", "Observation");
        auto const clinical = uid("TypeGroup", "clinical");
        auto const parents = std::vector{observation, clinical};
        std::vector<Entity> all{
            {.uid = uid("User", "ada"),
             .attributes = record({{"tenant", text("t1")},
                                   {"level", number(3)},
                                   {"labels", set_of({"PSY"})},
                                   {"flag", Value(true)},
                                   {"link", Value(uid("Record", "r1"))}}),
             .parents = {uid("Role", "nurse")}},
            {.uid = uid("User", "bob"), .attributes = record({{"tenant", text("t2")}})},
            {.uid = observation, .parents = {clinical}},
            {.uid = uid("Record", "r2"),
             .attributes = record({{"tenant", text("t1")},
                                   {"flag", Value(false)},
                                   {"labels", set_of({"R", "PSY"})},
                                   {"link", Value(uid("Record", "r3"))}}),
             .parents = {observation, clinical, uid("Record", "r3")}},
            {.uid = resource.uid,
             .attributes = record(resource.attributes),
             .tags = record({{"t", text("t")}}),
             .parents = parents}};
        return EntityTable(std::move(all));
    }
    [[nodiscard]] Request request(EntityUid const& resource) const {
        return {
            .principal = principal_, .action = action_, .resource = resource, .context = context_};
    }
    [[nodiscard]] std::vector<UnknownAttribute> const& unknown() const { return unknown_; }
    [[nodiscard]] bool unknown_id() const { return unknown_id_; }

private:
    [[nodiscard]] UnknownAttribute const* find(std::string const& name) const {
        for (auto const& one : unknown_)
            if (one.name == name) return &one;
        return nullptr;
    }
    Knowledge known(std::string const& name) {
        auto const choice = random_.below(3);
        if (choice == 0) return Knowledge::nothing;
        if (choice == 1) return Knowledge::present;
        if (name == "labels") return Knowledge::set;
        return name == "flag" ? Knowledge::boolean : Knowledge::present;
    }
    // Of what is known to be no more than present now and then of a type that makes errors.
    Value value(std::string const& name) {
        auto const* unknown = find(name);
        auto const any = unknown == nullptr || unknown->knowledge == Knowledge::nothing ||
                         unknown->knowledge == Knowledge::present;
        if (any && random_.below(8) == 0) return text("PSY");
        if (name == "flag") return Value(random_.below(2) == 0);
        if (name == "count") return number(static_cast<std::int64_t>(random_.below(3)));
        if (name == "link") return Value(uid("Record", random_.one_of({"r1", "r2", "r3"})));
        if (name == "extra") return Value(Record({{"name", text("PSY")}, {"size", number(2)}}));
        return random_.below(3) == 0 ? set_of({}) : set_of({random_.one_of({"PSY", "SEX"}), "R"});
    }

    RandomPolicies& random_;
    bool unknown_id_ = false;
    std::vector<UnknownAttribute> unknown_;
    EntityUid principal_;
    EntityUid action_ = uid("Action", "read");
    Members attributes_;
    Record context_;
};

struct Seen {
    std::size_t plans = 0;
    std::size_t certain = 0;  // decisions
    std::size_t open = 0;     // policies
    std::size_t satisfied = 0;
    std::size_t erring = 0;
};

void expect_as_planned(PolicySet const& policies, Plan const& plan, World& world,
                       std::string const& text, Seen& seen) {
    auto const resource = world.completed();
    auto const entities = world.entities(resource);
    auto const request = world.request(resource.uid);
    auto const whole = policies.evaluate(request, entities);
    auto const planned = plan.evaluate(request, entities);
    EXPECT_EQ(planned.satisfied, whole.satisfied) << text;
    EXPECT_EQ(planned.erring, whole.erring) << text;
    EXPECT_EQ(planned.allowed, whole.allowed) << text;
    if (plan.certain() != Certainty::depends)
        EXPECT_EQ(plan.certain() == Certainty::allowed, whole.allowed) << text;
    seen.satisfied += whole.satisfied.size();
    seen.erring += whole.erring.size();
}

TEST(PlanPropertyTest, WhatIsLeftAnswersAsAllPoliciesDo) {
    constexpr std::size_t kPlans = 6'000;
    RandomPolicies random(20261127);
    Seen seen;
    for (seen.plans = 0; seen.plans < kPlans && !HasFailure(); ++seen.plans) {
        auto const text = random.policies(random.below(5) + 1);
        auto const policies = PolicySet::parse(text);
        ASSERT_TRUE(policies.has_value()) << text << policies.error().front().text;
        World world(random);
        auto const resource = world.partial();
        auto const entities = world.entities(resource);
        auto const request = world.request(resource.uid);
        auto const left =
            plan(*policies,
                 {.request = request, .unknown = world.unknown(), .unknown_id = world.unknown_id()},
                 entities);
        if (left.certain() != Certainty::depends) ++seen.certain;
        seen.open += left.open.size();
        for (int completions = 0; completions < 8; ++completions)
            expect_as_planned(*policies, left, world, text, seen);
    }
    // All kinds were among them, in numbers.
    EXPECT_GT(seen.certain, kPlans / 5);
    EXPECT_GT(seen.open, kPlans / 2);
    EXPECT_GT(seen.satisfied, kPlans);
    EXPECT_GT(seen.erring, kPlans);
}

}  // namespace
}  // namespace salus::cedar
