#include "minimum_necessary/element_filter.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "request/permit_for_test.h"
#include "request/redisclosure_notice.h"

namespace salus::minimum_necessary {
namespace {

using testing::all_elements;
using testing::only_elements;

constexpr std::string_view kPatient =
    R"({"resourceType":"Patient","id":"p1","meta":{"versionId":"3","tag":[{"code":"own"}]},)"
    R"("implicitRules":"http://example.org/rules","language":"de","text":{"status":"generated",)"
    R"("div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Zo\u00eb</div>"},)"
    R"("contained":[{"resourceType":"Organization","id":"o"}],)"
    R"("extension":[{"url":"http://example.org/e","valueDecimal":1.00}],)"
    R"("modifierExtension":[{"url":"http://example.org/m","valueBoolean":true}],)"
    R"("identifier":[{"system":"http://example.org/mrn","value":"17"}],"active":true,)"
    R"("_active":{"id":"a1"},"name":[{"family":"M\u00fcller","given":["Zo\u00eb"]}],)"
    R"("telecom":[{"value":"555"}],"gender":"female","birthDate":"1970-01-01",)"
    R"("_birthDate":{"extension":[{"url":"http://example.org/t","valueTime":"08:15:00"}]},)"
    R"("deceasedBoolean":false,"_deceasedBoolean":{"id":"d1"},"address":[{"city":"Bern"}],)"
    R"("multipleBirthInteger":2,"link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]})";
constexpr std::string_view kObservation =
    R"({"resourceType":"Observation","id":"o1","meta":{"versionId":"1"},)"
    R"("modifierExtension":[{"url":"http://example.org/m","valueBoolean":true}],)"
    R"("identifier":[{"value":"1"}],"status":"final","_status":{"id":"s1"},)"
    R"("category":[{"text":"laboratory"}],"code":{"text":"HIV-1"},)"
    R"("subject":{"reference":"Patient/p1"},"effectiveDateTime":"2020-02-01",)"
    R"("_effectiveDateTime":{"id":"e1"},"issued":"2020-02-01T00:00:00Z",)"
    R"("valueQuantity":{"value":1.50e2,"unit":"mg"},"note":[{"text":"call her"}],)"
    R"("component":[{"code":{"text":"x"},"valueString":"y"}]})";

using Members = std::map<std::string, std::string>;

Members members_of(json::Value resource) {
    Members members;
    for (auto const member : resource.members()) {
        EXPECT_TRUE(members.emplace(member.name(), member.value.raw()).second) << "twice";
    }
    return members;
}

class Filtered {
public:
    Filtered(std::string_view text, request::AllowedElements const& allowed,
             request::RequestedElements const& requested) {
        auto const before = parser_.parse(std::string(text));
        EXPECT_TRUE(before.has_value());
        original = members_of(before->root());
        auto const type = before->root().text_member("resourceType").value_or("");
        out = ElementFilter(*fhir::find_resource_type(type), allowed, requested)
                  .apply(before->root());
        auto const after = parser_.parse(out);  // strict: still JSON, no member twice
        EXPECT_TRUE(after.has_value()) << out;
        kept = members_of(after->root());
    }
    [[nodiscard]] bool has(std::string const& name) const { return kept.contains(name); }
    [[nodiscard]] std::string meta() const { return kept.contains("meta") ? kept.at("meta") : ""; }

    Members original;
    Members kept;
    std::string out;

private:
    json::Parser parser_;
};

request::RequestedElements asked(std::vector<std::string> names) {
    return {.names = std::move(names), .summary = request::SummaryForm::none};
}

std::string_view element_of(std::string_view name) {
    return name.substr(name.starts_with('_') ? 1 : 0);
}
bool always_leaves(std::string_view name) {
    return name == "resourceType" || name == "id" || name == "meta";
}

// May this member stand in the answer?
bool wanted(fhir::Type const& type, std::string_view name,
            request::RequestedElements const& requested) {
    if (always_leaves(name) ||
        (requested.names.empty() && requested.summary == request::SummaryForm::none))
        return true;
    auto const* element = fhir::find_element(type, name);
    if (requested.summary == request::SummaryForm::summary) return element->summary;
    if (element->min > 0 || element->modifier) return true;
    return std::ranges::any_of(requested.names, [&](std::string const& ask) {
        return name == ask || (element->choice != 0 && !ask.empty() && name.starts_with(ask));
    });
}

class RandomElements {
public:
    explicit RandomElements(std::string_view text) {
        json::Parser parser;
        auto const document = parser.parse(std::string(text));
        for (auto const& [name, raw] : members_of(document->root())) {
            if (!name.starts_with('_')) names_.push_back(name);
        }
        // A choice by its stem, elements that are not there, and what no type has.
        for (auto const* more : {"value", "effective", "deceased", "photo", "nonsense", ""}) {
            names_.emplace_back(more);
        }
    }
    std::vector<std::string> some() {
        std::vector<std::string> chosen;
        auto const every = 1 + random_() % 6;
        for (auto const& name : names_) {
            if (random_() % every == 0) chosen.push_back(name);
        }
        return chosen;
    }
    bool coin() { return random_() % 4 == 0; }

private:
    std::vector<std::string> names_;
    std::mt19937 random_{42};
};

TEST(ElementFilter, OnlyWhatIsPermittedAndAskedForLeavesByteForByte) {
    for (auto const text : {kPatient, kObservation}) {
        RandomElements random(text);
        for (int round = 0; round < 400; ++round) {
            auto const allowed = random.coin() ? all_elements() : only_elements(random.some());
            auto requested = asked(random.some());
            if (random.coin())
                requested = {.names = {},
                             .summary = random.coin() ? request::SummaryForm::summary
                                                      : request::SummaryForm::none};
            Filtered const filtered(text, allowed, requested);
            auto const& type = *fhir::find_resource_type(
                text == kPatient ? std::string_view("Patient") : std::string_view("Observation"));
            bool redacted = false;
            bool subsetted = false;
            for (auto const& [name, raw] : filtered.original) {
                auto const element = element_of(name);
                bool const may = always_leaves(element) || allowed.contains(element);
                bool const asks = wanted(type, element, requested);
                ASSERT_EQ(filtered.has(name), may && asks) << name << "\n" << filtered.out;
                redacted = redacted || !may;
                subsetted = subsetted || (may && !asks);
                if (name != "meta" && may && asks) {
                    ASSERT_EQ(filtered.kept.at(name), raw);
                }
            }
            for (auto const& [name, raw] : filtered.kept) {
                ASSERT_TRUE(filtered.original.contains(name)) << name;
            }
            ASSERT_EQ(filtered.meta().contains("\"REDACTED\""), redacted);
            ASSERT_EQ(filtered.meta().contains("\"SUBSETTED\""), subsetted);
        }
    }
}

TEST(ElementFilter, TheCompanionOfAWithheldPrimitiveStaysToo) {
    Filtered const filtered(kPatient, only_elements({"name", "_birthDate", "_active"}), {});
    EXPECT_FALSE(filtered.has("birthDate"));
    EXPECT_FALSE(filtered.has("_birthDate"));
    EXPECT_FALSE(filtered.has("_active"));
    EXPECT_FALSE(filtered.out.contains("08:15"));
    Filtered const shown(kPatient, only_elements({"birthDate"}), {});
    EXPECT_TRUE(shown.has("_birthDate"));
}

TEST(ElementFilter, NothingPermittedStillNamesTheResource) {
    for (auto const& requested : {asked({}), asked({"name", "text", "contained"})}) {
        Filtered const filtered(kPatient, only_elements({}), requested);
        EXPECT_EQ(filtered.kept.size(), 3U) << filtered.out;
        EXPECT_EQ(filtered.kept.at("id"), "\"p1\"");
        EXPECT_FALSE(filtered.out.contains("ller"));
    }
}

TEST(ElementFilter, AskingNeverPermits) {
    Filtered const filtered(kPatient, only_elements({"gender"}),
                            asked({"birthDate", "name", "address", "_birthDate", "*"}));
    EXPECT_FALSE(filtered.has("birthDate"));
    EXPECT_FALSE(filtered.has("name"));
    EXPECT_FALSE(filtered.has("address"));
    EXPECT_FALSE(filtered.has("gender"));  // permitted, but not asked for
}

TEST(ElementFilter, AChoiceIsPermittedByItsWholeName) {
    // The policy names JSON elements: "value" or "effective" alone permits nothing ...
    Filtered const stem(kObservation, only_elements({"value", "effective"}), {});
    EXPECT_FALSE(stem.has("valueQuantity"));
    EXPECT_FALSE(stem.has("effectiveDateTime"));
    // ... while a caller may ask for a choice by its stem (FHIR search, _elements).
    Filtered const asks(kObservation, all_elements(), asked({"effective"}));
    EXPECT_TRUE(asks.has("effectiveDateTime"));
    EXPECT_TRUE(asks.has("_effectiveDateTime"));
    EXPECT_FALSE(asks.has("valueQuantity"));
    // A beginning that is no stem asks for nothing.
    EXPECT_FALSE(Filtered(kObservation, all_elements(), asked({"val"})).has("valueQuantity"));
    EXPECT_FALSE(Filtered(kObservation, all_elements(), asked({"iss"})).has("issued"));
}

TEST(ElementFilter, MandatoryAndModifierElementsComeAlongIfPermitted) {
    Filtered const filtered(kObservation, all_elements(), asked({"subject"}));
    for (auto const* name : {"status", "_status", "code", "modifierExtension", "subject"}) {
        EXPECT_TRUE(filtered.has(name)) << name;
    }
    EXPECT_FALSE(filtered.has("note"));
    Filtered const withheld(kObservation, only_elements({"subject"}), asked({"subject"}));
    EXPECT_FALSE(withheld.has("status"));
    EXPECT_FALSE(withheld.has("code"));
}

TEST(ElementFilter, LabelsJoinThoseThatAreThere) {
    auto const meta_after = [](std::string const& meta, request::AllowedElements const& allowed,
                               request::RequestedElements const& requested) {
        auto const text =
            R"({"resourceType":"Patient","id":"p","meta":)" + meta + R"(,"gender":"male"})";
        return Filtered(text, allowed, requested).meta();
    };
    std::string const subsetted =
        R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue",)"
        R"("code":"SUBSETTED"})";
    std::string const redacted =
        R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue",)"
        R"("code":"REDACTED"})";
    auto const nothing = only_elements({});
    auto const id_only = asked({"id"});
    EXPECT_EQ(meta_after("{}", nothing, {}), R"({"security":[)" + redacted + "]}");
    EXPECT_EQ(meta_after("{}", all_elements(), id_only), R"({"tag":[)" + subsetted + "]}");
    EXPECT_EQ(
        meta_after(R"({"versionId":"2","tag":[{"code":"a"}],"security":[{"code":"R"}]})", nothing,
                   {}),
        R"({"versionId":"2","security":[{"code":"R"},)" + redacted + R"(],"tag":[{"code":"a"}]})");
    EXPECT_EQ(meta_after(R"({"tag":[{"code":"a"},{"code":"b"}],"profile":["x"]})", all_elements(),
                         id_only),
              R"({"profile":["x"],"tag":[{"code":"a"},{"code":"b"},)" + subsetted + "]}");
    EXPECT_EQ(meta_after(R"({"tag":[],"security":[]})", nothing, {}),
              R"({"security":[)" + redacted + "]}");
    // Of the notice, once, before what says that something is missing.
    auto const noticed = [](std::string const& meta, request::AllowedElements const& allowed) {
        json::Parser parser;
        auto const document =
            parser.index(R"({"resourceType":"Patient","meta":)" + meta + R"(,"gender":"male"})")
                .value();
        request::RequestedElements const whole;
        auto const* patient = fhir::find_resource_type("Patient");
        return ElementFilter(*patient, allowed, whole).apply(document.root(), true);
    };
    auto const label = std::string(request::kNoRedisclosureLabel);
    EXPECT_EQ(noticed(R"({"versionId":"2"})", all_elements()),
              R"({"resourceType":"Patient","meta":{"versionId":"2","security":[)" + label +
                  R"(]},"gender":"male"})");
    EXPECT_EQ(noticed(R"({"security":[{"code":"R"}]})", nothing),
              R"({"resourceType":"Patient","meta":{"security":[{"code":"R"},)" + label + "," +
                  redacted + "]}}");
    auto const once = R"({"security":[)" + label + "]}";
    EXPECT_EQ(noticed(once, all_elements()),
              R"({"resourceType":"Patient","meta":)" + once + R"(,"gender":"male"})");
    // Nothing cut: not a byte of meta changes, odd as it may be.
    EXPECT_EQ(meta_after(R"({ "tag" : [] })", all_elements(), {}), R"({ "tag" : [] })");
}

}  // namespace
}  // namespace salus::minimum_necessary
