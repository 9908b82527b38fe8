// Codes that the database sees: unlike for every tenant, use and split of the same text.
#include "records/addressing.h"

#include <gtest/gtest.h>
#include <set>

#include "records/tenant_for_test.h"
#include "records/tokens_for_test.h"

namespace salus::records {
namespace {

constexpr std::string_view kSystem = "https://sample.example.org/mrn";

class AddressingTest : public ::testing::Test {
protected:
    testing::TestInstance instance_;
    testing::TestRecords default_{instance_};
    testing::TestRecords north_{instance_, "north", "/t/north"};
    Addressing const& ours_ = default_.addressing();
    Addressing const& theirs_ = north_.addressing();
};

// Every code that this tenant gives these texts, as hex.
std::vector<std::string> codes_of(Addressing const& addressing) {
    return {addressing.address("Patient", "p1").hex(),
            addressing.patient_compartment("p1").hex(),
            addressing.shared_compartment().hex(),
            addressing.identity_compartment().hex(),
            testing::identifier_token(addressing, "Patient", kSystem, "MRN1").hex(),
            testing::demographic_token(addressing, "mus", "3650").hex()};
}

TEST_F(AddressingTest, NoCodeOfOneTenantIsOneOfAnother) {
    auto const ours = codes_of(ours_);
    auto const theirs = codes_of(theirs_);
    // The last has 16 bits only: two tenants may share one, but not many.
    for (std::size_t i = 0; i + 1 < ours.size(); ++i) EXPECT_NE(ours[i], theirs[i]) << i;
    std::size_t equal = 0;
    for (int day = 0; day < 100; ++day) {
        auto const text = std::to_string(day);
        equal += testing::demographic_token(ours_, "mus", text) ==
                         testing::demographic_token(theirs_, "mus", text)
                     ? 1U
                     : 0U;
    }
    EXPECT_LT(equal, 5U);
}

TEST_F(AddressingTest, CodesAreTheSameEachTimeAndAfterARestart) {
    EXPECT_EQ(codes_of(ours_), codes_of(ours_));
    auto const again = testing::must(Addressing::make(default_.tenant().keyring));
    EXPECT_EQ(codes_of(again), codes_of(ours_));
}

TEST_F(AddressingTest, EqualTextsHaveUnlikeCodesInEachUse) {
    std::set<std::string> codes;
    std::size_t count = 0;
    auto const add = [&](std::string const& hex) {
        codes.insert(hex);
        ++count;
    };
    for (std::string const text : {"", "p1", "Patient"}) {
        add(ours_.patient_compartment(text).hex());
        add(ours_.address(text, "").hex());
        if (!text.empty()) add(ours_.address("", text).hex());
        add(testing::identifier_token(ours_, text, "", "").hex());
        if (!text.empty()) add(testing::identifier_token(ours_, "", text, "").hex());
        if (!text.empty()) add(testing::identifier_token(ours_, "", "", text).hex());
    }
    add(ours_.shared_compartment().hex());
    add(ours_.identity_compartment().hex());
    EXPECT_EQ(codes.size(), count);
}

TEST_F(AddressingTest, WhereOneTextEndsAndTheNextBeginsCounts) {
    EXPECT_NE(ours_.address("Patient", "p1"), ours_.address("Patientp", "1"));
    EXPECT_NE(ours_.address("Patient", "p1"), ours_.address("Patien", "tp1"));
    EXPECT_NE(testing::identifier_token(ours_, "Patient", "ab", "c"),
              testing::identifier_token(ours_, "Patient", "a", "bc"));
    EXPECT_NE(testing::identifier_token(ours_, "Patient", "abc", ""),
              testing::identifier_token(ours_, "Patient", "", "abc"));
    // A text that holds the framing itself: a length of four bytes.
    std::string const framed("a\0\0\0\1b", 6);
    EXPECT_NE(ours_.address(framed, ""), ours_.address("a", "b"));
    EXPECT_NE(testing::demographic_token(ours_, "mus", "1"),
              testing::demographic_token(ours_, "mu", "s1"));
}

TEST_F(AddressingTest, CaseSpacesAndTypeMakeAnotherCode) {
    auto const address = ours_.address("Patient", "p1");
    for (auto const* id : {"P1", "p1 ", " p1", "p01", "p1\n"}) {
        EXPECT_NE(ours_.address("Patient", id), address) << id;
        EXPECT_NE(ours_.patient_compartment(id), ours_.patient_compartment("p1")) << id;
    }
    EXPECT_NE(ours_.address("Person", "p1"), address);
    EXPECT_NE(testing::identifier_token(ours_, "Patient", kSystem, "1"),
              testing::identifier_token(ours_, "Practitioner", kSystem, "1"));
}

TEST_F(AddressingTest, ADemographicTokenIsCutSoThatSeveralPeopleShareIt) {
    static_assert(Addressing::kDemographicBits == 16);
    constexpr std::size_t kPeople = 3'000;
    std::set<BlindToken> tokens;
    for (std::size_t i = 0; i < kPeople; ++i) {
        auto const token = testing::demographic_token(ours_, "mus", std::to_string(i));
        for (std::size_t byte = 2; byte < token.bytes().size(); ++byte) {
            EXPECT_EQ(token.bytes()[byte], 0U);
        }
        tokens.insert(token);
    }
    // Some 70 of them meet by chance; but they are spread over all there is.
    EXPECT_LT(tokens.size(), kPeople);
    EXPECT_GT(tokens.size(), kPeople * 9 / 10);
}

TEST_F(AddressingTest, AnIdentifierTokenIsNotCut) {
    auto const token = testing::identifier_token(ours_, "Patient", kSystem, "MRN1");
    auto const tail = token.bytes().subspan(2);
    EXPECT_TRUE(std::ranges::any_of(tail, [](std::uint8_t byte) { return byte != 0; }));
}

}  // namespace
}  // namespace salus::records
