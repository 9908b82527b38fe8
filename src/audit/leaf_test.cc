#include "audit/leaf.h"

#include <gtest/gtest.h>

#include "audit/envelope.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

constexpr OpaqueId<int>::Array kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

TEST(LeafTest, MembersStandInOrderWhateverTheOrderOfTheCalls) {
    auto const record = LeafBuilder(Event::search, Outcome::ok)
                            .reason("ok")
                            .user(UserPseudonym(kId))
                            .tenant(TenantName("clinic"))
                            .client(ClientId("app"))
                            .status(200)
                            .scopes({"patient/Observation.rs?category=laboratory"})
                            .request(RequestId("r-1"))
                            .resource({"Observation"}, Address(kId), 3, crypto::Sha256Digest{})
                            .resource({"Patient"}, Address(kId), 1, std::nullopt)
                            .patient(CompartmentId(kId))
                            .purpose("TREAT")
                            .number("z", -1)
                            .number("a", 2)
                            .rule(PolicyRuleId("rule-1"))
                            .policy(crypto::Sha256Digest{})
                            .target(ClientId("other"))
                            .build();
    ASSERT_TRUE(record);
    std::string const zeros(64, '0');
    std::string const id = "0102030405060708090a0b0c0d0e0f10";
    EXPECT_EQ(
        record->members(),
        R"("dec":{"policy":")" + zeros + R"(","rules":["rule-1"]},"ev":"search",)" +
            R"("num":{"a":2,"z":-1},"out":"ok","pou":"TREAT","pt":")" + id +
            R"(","res":[["Observation",")" + id +
            R"(",3,"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],["Patient",")" + id +
            R"(",1]],"rq":"r-1","sc":"patient/Observation.rs?category=laboratory","st":200,)" +
            R"("tgt":"other","who":{"client":"app","tenant":"clinic","user":")" + id +
            R"("},"why":"ok")");
}

TEST(LeafTest, RefusesWhatIsNotPrintableAscii) {
    for (auto const* text : {"a\nb", "a\x7f", "\xc3\xa9", "\xff\xfe", "a\tb", "\xe2\x80\xae"}) {
        EXPECT_EQ(LeafBuilder(Event::read, Outcome::ok).client(ClientId(text)).build().error().code,
                  Errc::invalid);
        EXPECT_FALSE(LeafBuilder(Event::read, Outcome::ok).scopes({text}).build());
        EXPECT_FALSE(LeafBuilder(Event::read, Outcome::ok).rule(PolicyRuleId(text)).build());
    }
    EXPECT_FALSE(
        LeafBuilder(Event::read, Outcome::ok).client(ClientId(std::string("a\0b", 3))).build());
}

TEST(LeafTest, EscapesQuotesSoThatNothingCanBeInjected) {
    auto const record =
        LeafBuilder(Event::read, Outcome::ok).client(ClientId(R"(x"},"v":2,"\)")).build();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->members(), R"("ev":"read","out":"ok","who":{"client":"x\"},\"v\":2,\"\\"})");
}

TEST(LeafTest, RefusesWrongTypesNumbersAndSizes) {
    for (auto const* type : {"", "Pa tient", "1Patient", "Smith, John", "Pati\"ent"}) {
        EXPECT_FALSE(LeafBuilder(Event::read, Outcome::ok)
                         .resource({type}, Address(kId), 1, std::nullopt)
                         .build());
    }
    EXPECT_FALSE(LeafBuilder(Event::read, Outcome::ok).number("n", 1LL << 53).build());
    EXPECT_FALSE(LeafBuilder(Event::read, Outcome::ok).number("n", 1).number("n", 2).build());
    EXPECT_FALSE(LeafBuilder(Event::read, Outcome::ok).outcome_of(~0ULL).build());
    LeafBuilder large(Event::search, Outcome::ok);
    for (int i = 0; i < 2000; ++i) large.resource({"Patient"}, Address(kId), 1, std::nullopt);
    EXPECT_EQ(large.build().error().code, Errc::too_large);
    EXPECT_FALSE(LeafBuilder(Event::read, Outcome::ok)
                     .client(ClientId(std::string(limits::kAuditLeafBytes, 'x')))
                     .build());
}

TEST(EnvelopeTest, ParsesWhatItWritesAndNothingElse) {
    Envelope envelope;
    envelope.boot = "00112233445566778899aabbccddeeff";
    envelope.detail = crypto::Sha256Digest{1};
    envelope.index = 7;
    envelope.intent = 3;
    envelope.phase = Phase::outcome;
    envelope.raw_time = 5;
    envelope.time = 6;
    envelope.origin = "o";
    envelope.what = R"("ev":"read")";
    std::string leaf;
    append_leaf(leaf, envelope);
    ASSERT_TRUE(parse_leaf(leaf));
    EXPECT_EQ(parse_leaf(leaf)->intent, 3U);
    for (std::size_t i = 0; i < leaf.size(); ++i) {
        EXPECT_FALSE(parse_leaf(leaf.substr(0, i)));
        auto spaced = leaf;
        if (i < leaf.find("what")) {
            spaced.insert(i, " ");
            auto const parsed = parse_leaf(spaced);
            // Inside a text a space is a different text; between tokens it is no leaf.
            EXPECT_TRUE(!parsed || parsed->boot != envelope.boot ||
                        parsed->origin != envelope.origin);
        }
    }
    auto zero = leaf;
    zero.replace(zero.find("\"i\":7"), 5, "\"i\":07");
    EXPECT_FALSE(parse_leaf(zero));
}

}  // namespace
}  // namespace salus::audit
