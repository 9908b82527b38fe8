// What must hold of any consents, requests and resources: tried on generated ones.
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "consent/consent_for_test.h"

namespace salus::consent::testing {
namespace {

// Reproducible: each test has a seed.
class Generator {
public:
    explicit Generator(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <std::size_t Count>
    std::string one_of(char const* const (&words)[Count]) {
        return words[below(Count)];
    }

    std::string provision(std::string const& type, int depth) {
        std::string text = R"({"type":")" + type + '"';
        for (auto const& condition : {purpose(), actor(), label(), data_period(), data(), odd()})
            text += condition;
        if (depth > 0 && chance(60)) {
            text += R"(,"provision":[)" + provision(any_type(), depth - 1);
            if (chance(40)) text += "," + provision(any_type(), depth - 1);
            text += "]";
        }
        return text + "}";
    }
    // Without anything that is not understood: such a consent denies.
    std::string plain_consent(std::size_t id, std::string const& type) {
        odd_percent_ = 0;
        auto text = consent(id, type, 0);
        odd_percent_ = kOddPercent;
        return text;
    }
    std::string any_type() { return chance(50) ? "permit" : "deny"; }
    std::string consent(std::size_t id, std::string const& type, int depth,
                        std::string const& status = "active") {
        static char const* const kScopes[]{"patient-privacy", "patient-privacy", "research"};
        return R"({"resourceType":"Consent","id":"c)" + std::to_string(id) + R"(","status":")" +
               status +
               R"(","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":")" +
               one_of(kScopes) +
               R"("}]},"policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],)" +
               R"("provision":)" + provision(type, depth) + "}";
    }
    RequestFacts request() {
        RequestFacts request;
        static request::PurposeOfUse const kPurposes[]{
            request::PurposeOfUse::treatment, request::PurposeOfUse::research,
            request::PurposeOfUse::payment, request::PurposeOfUse::emergency};
        request.purpose = kPurposes[below(4)];
        request.break_glass = request.purpose == request::PurposeOfUse::emergency && chance(50);
        if (chance(80)) request.actors.push_back("Practitioner/p" + std::to_string(below(3)));
        request.actors_complete = chance(50);
        request.now = kNow;
        return request;
    }
    ConsentSettings settings() {
        ConsentSettings settings;
        settings.implicit = static_cast<OverarchingPolicy>(below(4));
        return settings;
    }
    ResourceFacts resource() {
        static char const* const kLabels[]{
            "",
            R"("meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},)",
            R"("meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"PSY"}]},)"};
        static char const* const kTimes[]{"", R"("effectiveDateTime":"2022-05-01",)",
                                          R"("effectiveDateTime":"2024-05-01",)"};
        return facts(R"({"resourceType":"Observation",)" + one_of(kLabels) + one_of(kTimes) +
                     R"("id":"o)" + std::to_string(below(2)) +
                     R"(","performer":[{"reference":"Practitioner/p)" + std::to_string(below(3)) +
                     R"("}]})");
    }

private:
    std::string purpose() {
        static char const* const kCodes[]{"TREAT", "HRESCH", "BTG", "CLINTRCH", "HPAYMT"};
        if (!chance(40)) return "";
        return R"(,"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":")" +
               one_of(kCodes) + R"("}])";
    }
    std::string actor() {
        if (!chance(30)) return "";
        return R"(,"actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"Practitioner/p)" +
               std::to_string(below(3)) + R"("}}])";
    }
    std::string label() {
        static char const* const kLabels[]{R"("v3-Confidentiality","code":"N")",
                                           R"("v3-Confidentiality","code":"R")",
                                           R"("v3-ActCode","code":"PSY")"};
        if (!chance(30)) return "";
        auto label = one_of(kLabels);
        return R"(,"securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/)" +
               label.substr(1) + "}]";
    }
    std::string data_period() {
        return chance(25) ? R"(,"dataPeriod":{"start":"2022","end":"2022"})" : "";
    }
    std::string data() {
        static char const* const kData[]{
            R"("instance","reference":{"reference":"Observation/o0"})",
            R"("authoredby","reference":{"reference":"Practitioner/p1"})",
            R"("related","reference":{"reference":"Encounter/e"})"};
        return chance(25) ? R"(,"data":[{"meaning":)" + one_of(kData) + "}]" : "";
    }
    // Now and then something that nobody understands.
    std::string odd() {
        static char const* const kOdd[]{R"(,"modifierExtension":[{"url":"https://x.example/y"}])",
                                        R"(,"class":[{"system":"https://x.example","code":"y"}])",
                                        R"(,"period":{"start":"x"})"};
        return chance(odd_percent_) ? one_of(kOdd) : "";
    }

    static constexpr std::size_t kOddPercent = 4;
    std::size_t odd_percent_ = kOddPercent;
    std::mt19937 random_;
};

constexpr int kRounds = 2'000;

ConsentRules rules_of(std::vector<std::string> const& texts, ConsentSettings const& settings) {
    Consents consents;
    for (auto const& text : texts) consents.add(text);
    return consents.rules(settings);
}

std::vector<std::string> some_consents(Generator& generator) {
    std::vector<std::string> texts;
    for (std::size_t i = 0, count = generator.below(4); i < count; ++i)
        texts.push_back(generator.consent(i, generator.any_type(), 2));
    return texts;
}

TEST(ConsentProperties, TheOutcomeForAllIsThatOfEach) {
    Generator generator(1);
    std::size_t permits = 0;
    std::size_t denies = 0;
    for (int round = 0; round < kRounds; ++round) {
        auto const rules = rules_of(some_consents(generator), generator.settings());
        auto const decision = rules.decide(generator.request());
        for (int each = 0; each < 6; ++each) {
            bool const permitted = decision.judge(generator.resource()).permitted;
            if (decision.outcome() == Outcome::permit) EXPECT_TRUE(permitted);
            if (decision.outcome() == Outcome::deny) EXPECT_FALSE(permitted);
        }
        if (decision.outcome() == Outcome::permit) ++permits;
        if (decision.outcome() == Outcome::deny) ++denies;
    }
    EXPECT_GT(permits, 100U);
    EXPECT_GT(denies, 100U);
}

TEST(ConsentProperties, TheOrderOfConsentsDoesNotMatter) {
    Generator generator(2);
    for (int round = 0; round < kRounds; ++round) {
        auto texts = some_consents(generator);
        auto const settings = generator.settings();
        auto const request = generator.request();
        auto const resource = generator.resource();
        auto const one = rules_of(texts, settings).decide(request);
        std::ranges::reverse(texts);
        auto const other = rules_of(texts, settings).decide(request);
        EXPECT_EQ(one.outcome(), other.outcome());
        EXPECT_EQ(one.rules(), other.rules());
        EXPECT_EQ(one.judge(resource).permitted, other.judge(resource).permitted);
        EXPECT_EQ(one.judge(resource).rules, other.judge(resource).rules);
    }
}

// Whatever is permitted after the change was permitted before it.
template <class Change>
std::size_t narrowed_by(std::uint32_t seed, Change change) {
    Generator generator(seed);
    std::size_t narrowed = 0;
    for (int round = 0; round < kRounds; ++round) {
        auto const before = some_consents(generator);
        auto after = before;
        auto settings = generator.settings();
        auto removed = generator.plain_consent(9, "permit");
        auto with = before;
        change(generator, with, after, settings, removed);
        auto const request = generator.request();
        auto const resource = generator.resource();
        bool const was = rules_of(with, settings).decide(request).judge(resource).permitted;
        bool const is = rules_of(after, settings).decide(request).judge(resource).permitted;
        EXPECT_TRUE(was || !is) << after.size();
        if (was && !is) ++narrowed;
    }
    return narrowed;
}

TEST(ConsentProperties, RemovingAConsentThatPermitsNeverWidensWhereNothingIsImplied) {
    EXPECT_GT(narrowed_by(3,
                          [](Generator&, auto& with, auto&, auto& settings, auto& removed) {
                              settings.implicit = OverarchingPolicy::deny;
                              with.push_back(removed);
                          }),
              10U);
}

TEST(ConsentProperties, EndingAConsentThatPermitsNeverWidensWhateverIsImplied) {
    EXPECT_GT(narrowed_by(4,
                          [](Generator&, auto& with, auto& after, auto&, auto& removed) {
                              with.push_back(removed);
                              auto ended = removed;
                              ended.replace(ended.find("active"), 6, "inactive");
                              after.push_back(ended);
                          }),
              10U);
}

TEST(ConsentProperties, AddingADenialNeverWidens) {
    EXPECT_GT(narrowed_by(5, [](Generator& generator, auto&, auto& after, auto&,
                                auto&) { after.push_back(generator.consent(9, "deny", 0)); }),
              10U);
}

TEST(ConsentProperties, AddingWhatIsNotUnderstoodNeverWidens) {
    EXPECT_GT(narrowed_by(6,
                          [](Generator& generator, auto&, auto& after, auto&, auto&) {
                              auto odd = generator.consent(9, generator.any_type(), 2);
                              odd.insert(1,
                                         R"("modifierExtension":[{"url":"https://x.example"}],)");
                              after.push_back(odd);
                          }),
              10U);
}

// A consent in which something became unreadable.
TEST(ConsentProperties, SpoilingAConsentNeverWidens) {
    EXPECT_GT(narrowed_by(7,
                          [](Generator& generator, auto& with, auto& after, auto&, auto&) {
                              auto whole = generator.consent(9, generator.any_type(), 2);
                              with.push_back(whole);
                              auto const at = whole.rfind(R"("type")");
                              whole.replace(at, 6, R"("tipe")");
                              after.push_back(whole);
                          }),
              10U);
}

}  // namespace
}  // namespace salus::consent::testing
