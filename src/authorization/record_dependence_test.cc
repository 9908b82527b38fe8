// What is said to hold for each record of a type does, for policies and callers at random; and it
// is mostly said where it is so.
#include <gtest/gtest.h>
#include <random>

#include "authorization/found_record_rules.h"
#include "authorization/looked_at.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

class Random {
public:
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
    }
    std::string one_of(std::vector<std::string> const& choices) {
        return choices[below(choices.size())];
    }

    std::string condition(int depth) {
        if (depth > 0 && below(2) == 0) {
            return "(" + condition(depth - 1) + one_of({" && ", " || "}) + condition(depth - 1) +
                   ")";
        }
        if (depth > 0 && below(5) == 0) return "!(" + condition(depth - 1) + ")";
        return one_of(
            {R"(context.purpose == "TREAT")", R"(context.purpose != "HPAYMT")",
             R"(context.hour < 12)", "resource.own", "resource.careRelationship",
             R"(resource.labels.contains("X"))", R"(resource.labels.containsAny(["X", "Y"]))",
             "resource.inPatient", R"(resource in Type::"Patient")",
             R"(principal in Role::"nurse")", R"(context.recent.refusals < 5)",
             R"(resource.locations.contains("Location/ward"))",
             "principal.locations.containsAll(resource.locations)", "resource.locations.isEmpty()",
             R"((if context.hour < 12 then resource else principal).own)",
             R"(Record::"Patient".labels.contains("Y"))", "true"});
    }

    std::string policy() {
        std::string text;
        auto const rules = below(5) + 1;
        for (std::size_t i = 0; i < rules; ++i) {
            auto const limits = below(4) == 0;
            auto const forbids = !limits && below(3) == 0;
            text += "@id(\"r" + std::to_string(i) + "\") ";
            if (limits) {
                text += one_of({"@redact(\"note\") ", "@obligate(\"sign-in:phr:60\") ",
                                "@obligate(\"audit:elevated\") ", "@obligate(\"watermark\") "});
            }
            if (!limits && !forbids) text += one_of({"@fields(\"*\") ", "@fields(\"status\") "});
            text += forbids ? "forbid(" : "permit(";
            text += one_of({"principal", "principal", R"(principal in Role::"nurse")"});
            text += limits ? R"(, action == Action::"limit", )"
                           : one_of({", action, ", R"(, action == Action::"read", )"});
            text += one_of({"resource", "resource is Record", R"(resource in Type::"Patient")"});
            text += ")";
            for (auto more = below(3); more > 0; --more)
                text += one_of({" when {", " unless {"}) + condition(2) + "}";
            text += ";\n";
        }
        return text;
    }

    request::CallerFacts caller() {
        auto facts = facts_of_caller("system/*.cruds", below(2) == 0 ? kTreat : kPay);
        if (below(2) == 0) facts.roles = {*request::RoleName::parse("nurse")};
        if (below(2) == 0) facts.locations = ward();
        if (below(2) == 0) {
            facts.person = request::Person{.id = UserId(std::string(32, 'a')),
                                           .grant = "g",
                                           .acr = "mfa",
                                           .authenticated = kNow,
                                           .is_patient = true};
            facts.patient_compartment = own();
        }
        return facts;
    }
    static request::PlaceNames ward() { return {*request::PlaceName::parse("Location/ward")}; }
    static CompartmentId own() { return CompartmentId::from(crypto::Sha256Digest{1}); }

private:
    std::mt19937 engine_{20261127};  // NOLINT(cert-msc51-cpp): the same policies each time
};

Circumstances circumstances(Random& random) {
    Circumstances here{.now = kNow};
    here.access.local.hour = random.below(2) == 0 ? 9 : 15;
    here.access.recent.refusals = random.below(2) == 0 ? 1U : 9U;
    return here;
}

bool same(Outcome const& one, Outcome const& other) {
    return one.allowed == other.allowed && one.rules == other.rules &&
           one.elements.all == other.elements.all && one.elements.names == other.elements.names &&
           one.sign_in == other.sign_in;
}

// Of each record that there can be.
template <class Holds>
bool holds_for_all(Policy const& policy, Holds const& holds) {
    auto const other = CompartmentId::from(crypto::Sha256Digest{2});
    for (auto const& whose : {other, Random::own()}) {
        for (std::uint64_t carried = 0; carried < 1ULL << policy.labels().size(); ++carried) {
            for (int bits = 0; bits < 4; ++bits) {
                request::RecordCircumstances const found{
                    .carried = carried,
                    .care = (bits & 1) != 0,
                    .locations = (bits & 2) != 0 ? Random::ward() : request::PlaceNames()};
                if (!holds(whose, found)) return false;
            }
        }
    }
    return true;
}

bool is_alike(Judgement& rules, Policy const& policy, std::string_view type) {
    auto const& first = rules.on_record(Act::read, type, std::nullopt, {});
    return first.allowed && holds_for_all(policy, [&](auto const& whose, auto const& found) {
               return same(first, rules.on_record(Act::read, type, whose, found));
           });
}

TEST(RecordDependence, WhatIsCertainHoldsForEveryRecord) {
    Random random;
    std::size_t certain = 0;
    std::size_t alike = 0;
    for (int i = 0; i < 600; ++i) {
        auto const text = random.policy();
        auto const policy = Policy::parse(text);
        ASSERT_TRUE(policy) << text << policy.error().front().text;
        ASSERT_LE(policy->labels().size(), 6U) << text;
        for (int callers = 0; callers < 2; ++callers) {
            auto const caller = random.caller();
            Judgement rules(*policy, caller, caller.tenant, circumstances(random));
            for (auto const* type : {"Patient", "Observation"}) {
                bool const says = rules.is_certain(Act::read, type);
                bool const is = is_alike(rules, *policy, type);
                ASSERT_TRUE(!says || is) << type << "\n" << text;
                certain += says ? 1 : 0;
                alike += is ? 1 : 0;
            }
        }
    }
    EXPECT_GT(certain, 50U);
    // Most of what is alike is said to be.
    EXPECT_GT(certain * 2, alike);
}

// Who may create at an id of their choice where nothing is said to be hidden could otherwise tell
// what is: a "no" holds for every record. Duties hide nothing, whatever they read.
TEST(RecordDependence, WhatHidesNothingLeavesEveryRecord) {
    Random random;
    std::size_t open = 0;
    std::size_t said = 0;
    std::size_t uncertain = 0;
    for (int i = 0; i < 1200; ++i) {
        auto const text = random.policy();
        auto const policy = Policy::parse(text);
        ASSERT_TRUE(policy) << text << policy.error().front().text;
        auto const caller = random.caller();
        auto const here = circumstances(random);
        Judgement judgement(*policy, caller, caller.tenant, here);
        FoundRecordRules const rules(*policy, testing::make_caller(caller), caller.tenant, here,
                                     random.below(2) == 0);
        for (auto const* type : {"Patient", "Observation"}) {
            // A request for which the person has not signed in is refused before.
            auto const& decided = judgement.on_record(Act::read, type, std::nullopt, {});
            if (decided.sign_in && caller.person && !is_met(*decided.sign_in, *caller.person, kNow))
                continue;
            bool const hides = rules.hide_some(Interaction::read, type);
            bool const leaves_all =
                holds_for_all(*policy, [&](auto const& whose, auto const& found) {
                    return rules.leave(Interaction::read, type, whose, found).has_value();
                });
            ASSERT_TRUE(hides || leaves_all) << type << "\n" << text;
            open += leaves_all ? 1 : 0;
            said += hides ? 0 : 1;
            uncertain += !hides && !judgement.is_certain(Act::read, type) ? 1 : 0;
        }
    }
    EXPECT_GT(said, 100U);
    EXPECT_GT(uncertain, 20U) << "of records that are not all alike it is never said";
    // Most of what leaves all is said to.
    EXPECT_GT(said * 2, open);
}

// What was asked before, in whatever order, changes no answer: each is what it is by itself.
TEST(RecordDependence, NoQuestionChangesTheAnswerToAnother) {
    Random random;
    for (int i = 0; i < 600; ++i) {
        auto const text = random.policy();
        auto const policy = Policy::parse(text);
        ASSERT_TRUE(policy) << text << policy.error().front().text;
        auto const caller = random.caller();
        auto const here = circumstances(random);
        Judgement all(*policy, caller, caller.tenant, here);
        for (int questions = 0; questions < 20; ++questions) {
            auto const act = random.below(2) == 0 ? Act::read : Act::update;
            auto const* type = random.below(2) == 0 ? "Patient" : "Observation";
            Judgement one(*policy, caller, caller.tenant, here);
            if (auto const which = random.below(4); which == 0) {
                ASSERT_EQ(all.is_certain(act, type), one.is_certain(act, type)) << text;
            } else if (which == 1) {
                ASSERT_EQ(all.may_hide_some(act, type), one.may_hide_some(act, type)) << text;
            } else {
                // Few records, so that one is asked about again behind another question.
                request::RecordCircumstances found;
                if (random.below(2) == 0) found = {.carried = 1, .care = true};
                auto const whose = CompartmentId();
                ASSERT_TRUE(same(all.on_record(act, type, whose, found),
                                 one.on_record(act, type, whose, found)))
                    << text;
            }
        }
    }
}

// What is said not to depend on where a record belongs does not, of records that are found
// otherwise: the index judges these, and only the rest is opened.
TEST(RecordDependence, PlacesCountWhereverTheyChangeWhatIsSaid) {
    Random random;
    std::size_t asked = 0;
    std::size_t spared = 0;
    for (int i = 0; i < 200; ++i) {
        auto const text = random.policy();
        auto const policy = Policy::parse(text);
        ASSERT_TRUE(policy) << text << policy.error().front().text;
        auto const caller = random.caller();
        Judgement rules(*policy, caller, caller.tenant, circumstances(random));
        for (std::uint64_t carried = 0; carried < 1ULL << policy->labels().size(); ++carried) {
            request::RecordCircumstances found{.carried = carried, .care = random.below(2) == 0};
            auto const asks = rules.asks_for_places(Act::read, "Observation", {}, found);
            auto const nowhere = rules.on_record(Act::read, "Observation", {}, found);
            found.locations = Random::ward();
            bool const alike = same(nowhere, rules.on_record(Act::read, "Observation", {}, found));
            ASSERT_TRUE(asks || alike) << text;
            asked += asks ? 1 : 0;
            spared += !asks && !policy->place_guards().policies().empty() ? 1 : 0;
        }
    }
    EXPECT_GT(asked, 100U);
    EXPECT_GT(spared, 100U);
}

// One rule beside one that permits all: whether it may hide a record.
TEST(RecordDependence, WhatMayHideARecord) {
    struct Row {
        char const* rule;
        bool hides;
    };
    static constexpr auto kRows = std::to_array<Row>({
        {R"(@obligate("watermark") permit(principal, action == Action::"limit", resource)
            when { resource.labels.contains("X") };)",
         false},
        {R"(@obligate("watermark") permit(principal, action == Action::"limit", resource is Record)
            when { context.hour < 12 && resource.labels.contains("X") }
            unless { context.purpose == "PATRQT" && resource.own };)",
         false},
        // What is read behind a label may err for one record and not for another.
        {R"(@obligate("watermark") permit(principal, action == Action::"limit", resource is Record)
            when { resource.labels.contains("X") && context.hour < 12 };)",
         true},
        {R"(@obligate("watermark") permit(principal, action == Action::"limit", resource is Record)
            when { resource.labels.contains("X") } unless { context.emergency };)",
         true},
        {R"(@obligate("sign-in:phr:0") permit(principal, action == Action::"limit", resource)
            when { resource.labels.contains("X") };)",
         true},
        {R"(@redact("note") @obligate("watermark")
            permit(principal, action == Action::"limit", resource)
            when { resource.labels.contains("X") };)",
         true},
        {R"(forbid(principal, action, resource) when { resource.labels.contains("X") };)", true},
        {R"(forbid(principal, action == Action::"delete", resource is Record)
            when { resource.labels.contains("X") };)",
         false},
        {R"(forbid(principal, action, resource is Record)
            when { context.purpose == "HPAYMT" && resource.labels.contains("X") };)",
         false},
        {R"(@fields("*") permit(principal, action, resource is Record)
            when { resource.labels.contains("X") };)",
         false},
    });
    auto const caller = testing::make_caller(facts_of_caller("system/*.cruds", kTreat));
    for (auto const& [rule, hides] : kRows) {
        auto const policy =
            Policy::parse(std::string("@id(\"a\") @fields(\"*\") permit(principal, action == "
                                      "Action::\"read\", resource is Record);\n@id(\"b\") ") +
                          rule);
        ASSERT_TRUE(policy) << rule << policy.error().front().text;
        FoundRecordRules const rules(*policy, caller, TenantName("default"), {.now = kNow}, false);
        EXPECT_EQ(rules.hide_some(Interaction::read, "Observation"), hides) << rule;
        EXPECT_FALSE(hides && rules.leave_all(Interaction::read, "Observation")) << rule;
        EXPECT_TRUE(rules.hide_some(Interaction::update, "Observation")) << rule;
    }
}

TEST(RecordDependence, IsSeenHoweverTheRecordIsReached) {
    for (auto const* condition : {"(if true then resource else principal).own",
                                  "Record::\"Patient\".labels.contains(\"X\")"}) {
        auto const policy = Policy::parse(
            std::string("@id(\"a\") @fields(\"*\") permit(principal, action, resource is Record);\n"
                        "@id(\"b\") forbid(principal, action, resource is Record) when { ") +
            condition + " };");
        ASSERT_TRUE(policy) << condition;
        EXPECT_TRUE(policy->judges_records()) << condition;
    }
}

}  // namespace
}  // namespace salus::authorization
