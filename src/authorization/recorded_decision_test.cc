// What leaves say of decisions is read as it was written.
#include "authorization/recorded_decision.h"

#include <gtest/gtest.h>

namespace salus::authorization {
namespace {

using request::Interaction;

TEST(RecordedDecision, IsReadAsItWasWritten) {
    for (auto const interaction : request::all_interactions()) {
        for (auto const verdict :
             {RecordedVerdict::permitted, RecordedVerdict::refused, RecordedVerdict::sign_in}) {
            for (std::string const type : {"", "Observation"}) {
                auto const rule = to_rule({verdict, interaction, type});
                EXPECT_TRUE(is_recorded_decision(rule.text()));
                auto const read = recorded_decision(rule.text());
                ASSERT_TRUE(read) << rule.text();
                EXPECT_EQ(read->verdict, verdict);
                EXPECT_EQ(read->interaction, interaction) << rule.text();
                EXPECT_EQ(read->type, type);
            }
        }
    }
    EXPECT_EQ(to_rule({RecordedVerdict::refused, Interaction::search_type, "Patient"}).text(),
              "refused:search:Patient");
}

TEST(RecordedDecision, TextOfACallerIsNoType) {
    EXPECT_EQ(to_rule({RecordedVerdict::refused, Interaction::read, "Mustermann"}).text(),
              "refused:read");
}

TEST(RecordedDecision, OtherRulesAreNone) {
    for (auto const* rule : {"", "scope:system/*.rs", "policy.TREAT.read", "duty:watermark",
                             "sign-in.provider-away", "permitted"}) {
        EXPECT_FALSE(is_recorded_decision(rule)) << rule;
        EXPECT_FALSE(recorded_decision(rule)) << rule;
    }
    for (auto const* rule : {"permitted:", "permitted:dance:Patient", "refused:read:Mustermann",
                             "refused:read:", "permitted:read:Patient:"}) {
        EXPECT_TRUE(is_recorded_decision(rule)) << rule;
        EXPECT_FALSE(recorded_decision(rule)) << rule;
    }
}

}  // namespace
}  // namespace salus::authorization
