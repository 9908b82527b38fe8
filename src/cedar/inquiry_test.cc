// For policies at random: whatever was asked about before, an action is answered as it is by a set
// that was asked nothing else, errors included.
#include "cedar/inquiry.h"

#include <array>
#include <gtest/gtest.h>

#include "cedar/random_policies_for_test.h"
#include "cedar/values_for_test.h"

namespace salus::cedar {
namespace {

constexpr std::size_t kSets = 400;
constexpr std::size_t kQuestions = 8;  // to each set

void replace_all(std::string& text, std::string_view what, auto with) {
    for (auto at = text.find(what); at != std::string::npos;) {
        std::string const other = with();
        text.replace(at, what.size(), other);
        at = text.find(what, at + other.size());
    }
}

// Heads name actions, and conditions read the action in place of what they else read.
std::string policies_on_actions(RandomPolicies& random) {
    auto text = random.policies(random.below(12) + 1);
    replace_all(text, ", action, ", [&] {
        return random.one_of({", action, ", ", action, ", R"(, action == Action::"read", )",
                              R"(, action in Action::"open", )",
                              R"(, action in [Action::"search", Action::"limit"], )"});
    });
    replace_all(text, "context.other", [] { return "action"; });
    replace_all(text, "context.missing",
                [&] { return random.one_of({R"((action in Action::"open"))", "action.flag"}); });
    return text;
}

EntityTable entities() {
    auto const record = [](std::vector<Record::Member> members) {
        return std::make_shared<Record const>(std::move(members));
    };
    return EntityTable(
        {{.uid = uid("User", "ada"),
          .attributes = record({{"tenant", text("t1")}, {"level", Value(std::int64_t{3})}}),
          .parents = {uid("Role", "nurse")}},
         {.uid = uid("Record", "r1"),
          .attributes = record({{"tenant", text("t1")},
                                {"flag", Value(true)},
                                {"labels", words({"PSY"})},
                                {"count", Value(std::int64_t{2})},
                                {"link", Value(uid("Action", "read"))}}),
          .tags = record({{"t", text("t")}}),
          .parents = {uid("Type", "Observation"), uid("TypeGroup", "clinical")}},
         {.uid = uid("Action", "read"),
          .attributes = record({{"flag", Value(true)}, {"labels", words({"R"})}}),
          .parents = {uid("Action", "open")}},
         {.uid = uid("Action", "search"),
          .attributes = record({{"flag", Value(false)}, {"tenant", text("t1")}}),
          .parents = {uid("Action", "open")}}});
}

TEST(CedarInquiry, AnswersEachActionAsIfNothingElseWereAsked) {
    RandomPolicies random(20261127);
    auto const world = entities();
    std::array const actions{uid("Action", "read"), uid("Action", "search"),
                             uid("Action", "limit")};
    auto const principal = uid("User", "ada");
    auto const resource = uid("Record", "r1");
    Record const context({{"hour", Value(std::int64_t{9})},
                          {"purpose", text("TREAT")},
                          {"record", Value(uid("Record", "r1"))}});
    std::size_t changed = 0;
    std::size_t erred = 0;
    for (std::size_t made = 0; made < kSets; ++made) {
        auto const source = policies_on_actions(random);
        auto const policies = PolicySet::parse(source);
        ASSERT_TRUE(policies) << source;
        Inquiry inquiry(*policies, {principal, actions[0], resource, context}, world);
        Response answer;
        for (std::size_t asked = 0; asked < kQuestions; ++asked) {
            auto const& action = actions.at(random.below(actions.size()));
            auto const before = answer;
            inquiry.ask_about(action);
            bool const counts = inquiry.any_counts();
            inquiry.evaluate(answer);
            auto const alone = policies->evaluate({principal, action, resource, context}, world);
            EXPECT_EQ(answer.allowed, alone.allowed) << source;
            EXPECT_EQ(answer.satisfied, alone.satisfied) << source;
            EXPECT_EQ(answer.erring, alone.erring) << source;
            EXPECT_EQ(counts, !alone.satisfied.empty() || !alone.erring.empty()) << source;
            if (asked > 0 && before.satisfied != answer.satisfied) ++changed;
            if (!answer.erring.empty()) ++erred;
        }
    }
    // It would not be seen if actions made no difference.
    EXPECT_GT(changed, kSets / 4);
    EXPECT_GT(erred, kSets / 4);
}

TEST(CedarInquiry, BeginsWithTheActionOfItsRequest) {
    auto const policies = PolicySet::parse(
        R"(permit(principal, action == Action::"read", resource) when {action.flag};)");
    ASSERT_TRUE(policies);
    auto const world = entities();
    auto const principal = uid("User", "ada");
    auto const resource = uid("Record", "r1");
    auto const action = uid("Action", "read");
    Record const context;
    Inquiry inquiry(*policies, {principal, action, resource, context}, world);
    Response answer;
    inquiry.evaluate(answer);
    EXPECT_TRUE(answer.allowed);
    EXPECT_TRUE(inquiry.any_counts());
}

}  // namespace
}  // namespace salus::cedar
