// Records that no label marks and whose codes are sensitive, under a policy that reads labels: they
// are judged as if they carried the label (45 CFR 164.522(a), law of the states).
#include <gtest/gtest.h>
#include <set>

#include "consent/labels.h"
#include "pipeline/scoped_requests_for_test.h"
#include "records/records.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::PipelineRoom;

constexpr char const* kPolicy = R"cedar(
@id("all") @fields("*")
permit(principal, action in [Action::"read", Action::"search", Action::"create",
  Action::"update", Action::"delete"], resource is Record);
@id("sensitive")
forbid(principal, action in [Action::"read", Action::"search", Action::"update",
  Action::"delete"], resource is Record)
when { resource.labels.containsAny(["HIV", "SEX"]) };
)cedar";
constexpr char const* kPulse = R"({"system":"http://loinc.org","code":"8867-4"})";
constexpr char const* kViralLoad = R"({"system":"http://loinc.org","code":"25836-8"})";
constexpr char const* kSyphilis =
    R"({"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"A51.0"})";

class SensitiveCodesTest : public ::testing::Test {
protected:
    void SetUp() override { patient_ = post("Patient", R"({"resourceType":"Patient"})"); }
    // The id that it got.
    std::string post(std::string const& type, std::string const& json) {
        auto const response = room_.send_authorized(
            {Method::post, "/fhir/" + type, {{"Content-Type", "application/fhir+json"}}, json});
        EXPECT_EQ(response.status, 201) << PipelineRoom::body(response);
        auto const location = std::string(response.headers.get("Location").value_or(""));
        auto const begin = location.find("/fhir/" + type + "/") + 7 + type.size();
        return location.substr(begin, location.find('/', begin) - begin);
    }
    [[nodiscard]] std::string observation(std::string const& coding,
                                          std::string const& more = "") const {
        return R"({"resourceType":"Observation","status":"final","code":{"coding":[)" + coding +
               R"(]},"subject":{"reference":"Patient/)" + patient_ + "\"}" + more + "}";
    }
    [[nodiscard]] std::string condition(std::string const& coding) const {
        return R"({"resourceType":"Condition","code":{"coding":[)" + coding +
               R"(]},"subject":{"reference":"Patient/)" + patient_ + "\"}}";
    }
    [[nodiscard]] static std::string in_body_site(std::string const& coding) {
        return R"(,"bodySite":{"coding":[)" + coding + "]}";
    }
    // An Observation as it was indexed with a map, by whoever wrote it.
    void write_behind(std::string const& id, std::string json, fhir::LabelMap const& map) {
        json.insert(1, R"("id":")" + id + "\",");
        records::IndexCache cache(limits::kMiB, room_.instance().clock);
        auto const records = testing::must(
            records::Records::make(room_.owner().tenant(), room_.instance().random, cache));
        json::Parser parser;
        auto const resource = testing::must(fhir::Reader::parse(EphiText(json), parser));
        records::Change change;
        change.type = "Observation";
        change.id = id;
        change.compartment = room_.compartment_of(patient_);
        change.text = EphiText(json);
        change.index_entry = testing::must(
            fhir::make_index_entry(resource.view(), room_.instance().clock.now(), nullptr, map));
        store::Batch batch;
        batch.writes.push_back(testing::must(records->seal(change)));
        ASSERT_TRUE(room_.commit_behind(std::move(batch)));
    }
    struct Found {
        int total = 0;
        std::set<std::string> ids;
        friend bool operator==(Found const&, Found const&) = default;
    };
    Found found(std::string const& search) {
        auto const json = PipelineRoom::body(room_.get("/fhir/" + search));
        Found all;
        auto const at = json.find("\"total\":");
        EXPECT_NE(at, std::string::npos) << json;
        if (at != std::string::npos) all.total = std::stoi(json.substr(at + 8));
        for (auto const& url : testing::texts_behind(json, "fullUrl"))
            all.ids.insert(url.substr(url.rfind('/') + 1));
        EXPECT_FALSE(json.contains("_cursor=")) << json;
        return all;
    }
    int status(std::string const& path) { return room_.get("/fhir/" + path).status; }
    std::string searched(std::string const& type) {
        return PipelineRoom::body(room_.get("/fhir/" + type + "?patient=" + patient_));
    }

    PipelineRoom room_{nullptr, authorization::Policy::parse(kPolicy).value()};
    std::string patient_;
};

TEST_F(SensitiveCodesTest, HideTheRecordFromWhomItsLabelWould) {
    auto const plain = post("Observation", observation(kPulse));
    auto const hidden = post("Observation", observation(kViralLoad));
    EXPECT_EQ(status("Observation/" + plain), 200);
    for (auto const* rest : {"", "/_history/1", "/_history", "/$meta"})
        EXPECT_EQ(status("Observation/" + hidden + rest), 404) << rest;
    auto const found = searched("Observation");
    EXPECT_TRUE(found.contains(plain));
    EXPECT_FALSE(found.contains(hidden));
    EXPECT_TRUE(found.contains(R"("total":1)")) << found;
    auto const everything =
        PipelineRoom::body(room_.get("/fhir/Patient/" + patient_ + "/$everything"));
    EXPECT_TRUE(everything.contains(plain)) << everything;
    EXPECT_FALSE(everything.contains(hidden));
}

TEST_F(SensitiveCodesTest, CountWithTheBroaderLabelToo) {
    auto const hidden = post("Condition", condition(kSyphilis));
    auto const plain = post("Condition", condition(kPulse));
    EXPECT_EQ(status("Condition/" + hidden), 404);
    EXPECT_EQ(status("Condition/" + plain), 200);
    EXPECT_TRUE(searched("Condition").contains(R"("total":1)"));
}

TEST_F(SensitiveCodesTest, CountWhereverTheyStand) {
    auto const component =
        post("Observation", observation(kPulse, R"(,"component":[{"code":{"text":"x"},)"
                                                R"("valueCodeableConcept":{"coding":[)" +
                                                    std::string(kViralLoad) + "]}}]"));
    EXPECT_EQ(status("Observation/" + component), 404);
    EXPECT_TRUE(searched("Observation").contains(R"("total":0)"));
}

TEST_F(SensitiveCodesTest, CountWhereNothingCanBeSearchedBy) {
    auto const plain = post("Observation", observation(kPulse));
    auto const hidden = post("Observation", observation(kPulse, in_body_site(kViralLoad)));
    EXPECT_EQ(status("Observation/" + hidden), 404);
    EXPECT_EQ(found("Observation?patient=" + patient_), (Found{1, {plain}}));
    EXPECT_EQ(found("Observation?patient=" + patient_ + "&_summary=count"), (Found{1, {}}));
    EXPECT_EQ(found("Observation?patient=" + patient_ + "&_count=1"), (Found{1, {plain}}));
    EXPECT_EQ(found("Observation?_id=" + hidden), (Found{0, {}}));
    EXPECT_EQ(found("Patient?_id=" + patient_ + "&_has:Observation:patient:_id=" + hidden),
              (Found{0, {}}));
    // What codes imply is nobody's label: no search finds it.
    EXPECT_EQ(found("Observation?patient=" + patient_ + "&_security:missing=true"),
              (Found{1, {plain}}));
    EXPECT_EQ(found("Observation?patient=" + patient_ + "&_security:missing=false"),
              (Found{0, {}}));
}

// Entries that another version made, without a map or by one that knew nothing of the code.
TEST_F(SensitiveCodesTest, CountWhereTheIndexDoesNotKnowThem) {
    fhir::LabelMap const other{.digest = "another", .of = [](std::string_view, std::string_view) {
                                   return std::vector<std::string_view>();
                               }};
    write_behind("plain", observation(kPulse), {});
    write_behind("hidden", observation(kPulse, in_body_site(kViralLoad)), {});
    write_behind("other-plain", observation(kPulse), other);
    write_behind("other-hidden", observation(kViralLoad), other);
    Found const both{2, {"other-plain", "plain"}};
    EXPECT_EQ(found("Observation?patient=" + patient_), both);
    EXPECT_EQ(found("Observation?patient=" + patient_ + "&status=final&_count=5"), both);
    EXPECT_EQ(found("Observation?_id=hidden"), (Found{0, {}}));
    EXPECT_EQ(found("Observation?_id=other-hidden"), (Found{0, {}}));
    EXPECT_EQ(found("Observation?_id=other-plain"), (Found{1, {"other-plain"}}));
    EXPECT_EQ(found("Patient?_id=" + patient_ + "&_has:Observation:patient:_id=hidden"),
              (Found{0, {}}));
    EXPECT_EQ(found("Patient?_id=" + patient_ + "&_revinclude=Observation:patient"),
              (Found{1, {patient_, "other-plain", "plain"}}));
}

// As when the server is replaced, between two pages, by one with another table of codes: what the
// entries say by tables of before, looser or stricter, neither shows nor hides anything.
TEST_F(SensitiveCodesTest, AreAskedOfTheTableOfNowOnEveryPage) {
    fhir::LabelMap const looser{.digest = "looser", .of = [](std::string_view, std::string_view) {
                                    return std::vector<std::string_view>();
                                }};
    fhir::LabelMap const stricter{.digest = "stricter",
                                  .of = [](std::string_view, std::string_view) {
                                      return std::vector<std::string_view>{"HIV"};
                                  }};
    auto const add = [&](std::string const& name, fhir::LabelMap const& map) {
        write_behind(name + "-plain", observation(kPulse), map);
        write_behind(name + "-hidden", observation(kViralLoad), map);
        return name + "-plain";
    };
    std::set<std::string> const expected{
        add("a", consent::label_map()), add("b", looser),   add("c", stricter),
        add("d", consent::label_map()), add("e", stricter), add("f", looser)};
    std::set<std::string> seen;
    std::string path = "/fhir/Observation?_count=1&_sort=_id&patient=" + patient_;
    for (std::size_t pages = 0; !path.empty(); ++pages) {
        ASSERT_LT(pages, 20U);
        auto const json = PipelineRoom::body(room_.get(path));
        EXPECT_TRUE(json.contains(R"("total":)")) << json;
        for (auto const& url : testing::texts_behind(json, "fullUrl"))
            EXPECT_TRUE(seen.insert(url.substr(url.rfind('/') + 1)).second) << url;
        auto const cursor = json.find("_cursor=");
        auto const begin = cursor == std::string::npos ? cursor : json.rfind("/fhir", cursor);
        path = begin == std::string::npos ? std::string()
                                          : json.substr(begin, json.find('"', begin) - begin);
        // Entries that come while somebody turns pages.
        if (pages == 0) write_behind("g-hidden", observation(kViralLoad), looser);
    }
    EXPECT_EQ(seen, expected);
}

TEST_F(SensitiveCodesTest, AreNotWrittenIntoWhatOneSees) {
    auto const plain = post("Observation", observation(kPulse));
    auto const put = [&](std::string const& id, std::string body) {
        body.insert(1, R"("id":")" + id + "\",");
        return room_.put("/fhir/Observation/" + id, body).status;
    };
    EXPECT_EQ(put(plain, observation(kPulse)), 200);
    EXPECT_EQ(put(plain, observation(kViralLoad)), 403);
    auto const hidden = post("Observation", observation(kViralLoad));
    EXPECT_EQ(put(hidden, observation(kPulse)), 404);
}

}  // namespace
}  // namespace salus::pipeline
