// Search: what is found, what is too broad, and pages that neither repeat nor lose a match.
#include "operations/search.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <set>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::EphiTestAccess;
using testing::must;
using testing::observation_json;
using testing::patient_json;

constexpr std::string_view kBase = "https://localhost:8443";

std::string person(std::string const& id, std::string const& family, std::string const& mrn) {
    return patient_json(id, R"(,"identifier":[{"system":"urn:mrn","value":")" + mrn +
                                R"("}],"name":[{"family":")" + family +
                                R"("}],"birthDate":"1980-02-29")");
}

class SearchTest : public ::testing::Test {
protected:
    void SetUp() override {
        put("Patient", "p1", person("p1", "Muster", "A1"));
        put("Patient", "p2", person("p2", "Muster", "A2"));
        put("Patient", "p3", person("p3", "Beispiel", "A3"));
    }
    void put(std::string const& type, std::string const& id, std::string const& body) {
        ASSERT_LT(room_.put("/fhir/" + type + "/" + id, body).status(), 300);
    }
    void put_observations(std::string const& patient, int count) {
        for (int i = 0; i < count; ++i) {
            auto const id = patient + "-o" + std::to_string(i);
            put("Observation", id, observation_json(id, patient));
        }
    }
    [[nodiscard]] request::BundleContent search(std::string const& target,
                                                std::string const& client = "client-1") {
        auto const permit = must(room_.permit({.target = target}, testing::caller_named(client)));
        auto prepared = must(operations::prepare(room_.workplace(), permit));
        touched_ = std::move(prepared.touched);
        return std::get<request::BundleContent>(std::move(prepared.content));
    }
    [[nodiscard]] std::set<std::string> found(std::string const& target) {
        std::set<std::string> ids;
        for (auto const& entry : search(target).entries) {
            ids.insert(entry.full_url.substr(entry.full_url.rfind('/') + 1));
        }
        return ids;
    }
    [[nodiscard]] int status(std::string const& target) { return room_.get(target).status(); }

    using Ids = std::set<std::string>;
    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    std::vector<request::Touched> touched_;
};

TEST_F(SearchTest, TooBroadWithoutAPatientOrAToken) {
    for (auto const* target : {"/fhir/Patient",
                               "/fhir/Patient?gender=female",
                               "/fhir/Patient?birthdate=1980-02-29",
                               "/fhir/Patient?name=Muster",
                               "/fhir/Patient?family=Mu&birthdate=1980-02-29",
                               "/fhir/Patient?family=Muster&birthdate=1980-02",
                               "/fhir/Patient?family=Muster&birthdate=1980",
                               "/fhir/Patient?family=Muster&birthdate=ge1980-02-29",
                               "/fhir/Patient?family=Muster&birthdate=1980-02-29,1980-02-28",
                               "/fhir/Patient?family=Muster,Beispiel&birthdate=1980-02-29",
                               "/fhir/Patient?family:contains=Muster&birthdate=1980-02-29",
                               "/fhir/Patient?family:missing=false&birthdate=1980-02-29",
                               "/fhir/Patient?identifier:not=urn:mrn%7CA1",
                               "/fhir/Patient?identifier:missing=false",
                               "/fhir/Patient?identifier=urn:mrn%7C",
                               "/fhir/Patient?identifier=urn:mrn%7CA1,urn:mrn%7C",
                               "/fhir/Patient?_id:not=p1",
                               "/fhir/Patient?_id:missing=false",
                               "/fhir/Patient?_id=p1,p2",
                               "/fhir/Patient?_lastUpdated=gt2000-01-01",
                               "/fhir/Patient?_count=1",
                               "/fhir/Patient?_summary=count",
                               "/fhir/Patient?_count=0",
                               "/fhir/Observation",
                               "/fhir/Observation?status=final",
                               "/fhir/Observation?patient:missing=true",
                               "/fhir/Observation?patient=p1,p2",
                               "/fhir/Observation?subject=Group/p1",
                               "/fhir/Observation?identifier=urn:mrn%7CA1",
                               "/fhir/Organization"}) {
        auto const answer = room_.get(target);
        EXPECT_EQ(answer.status(), 403) << target << " " << answer.why();
        EXPECT_TRUE(answer.why().starts_with("the search is too broad")) << target;
    }
}

TEST_F(SearchTest, DirectoriesAreSearchedByWhatIsWanted) {
    auto const organization = R"({"resourceType":"Organization","id":"g1","name":"Muster clinic"})";
    ASSERT_EQ(room_.put("/fhir/Organization/g1", organization).status(), 201);
    EXPECT_EQ(found("/fhir/Organization?name=muster"), Ids{"g1"});
    EXPECT_EQ(found("/fhir/Organization?name=other"), Ids{});
    EXPECT_EQ(found("/fhir/Practitioner?family=Muster"), Ids{});
}

TEST_F(SearchTest, ExactLookUpsAcrossPatients) {
    EXPECT_EQ(found("/fhir/Patient?identifier=urn:mrn%7CA1"), Ids{"p1"});
    EXPECT_EQ(found("/fhir/Patient?identifier=A2"), Ids{"p2"});
    EXPECT_EQ(found("/fhir/Patient?identifier=urn:mrn%7CA1,urn:mrn%7CA3"), (Ids{"p1", "p3"}));
    EXPECT_EQ(found("/fhir/Patient?identifier=urn:mrn%7CA1&family=Beispiel"), Ids{});
    EXPECT_EQ(found("/fhir/Patient?family=Muster&birthdate=1980-02-29"), (Ids{"p1", "p2"}));
    EXPECT_EQ(found("/fhir/Patient?name=MUS&birthdate=1980-02-29"), (Ids{"p1", "p2"}));
    // The token has only the beginning; what follows is verified.
    EXPECT_EQ(found("/fhir/Patient?family=Musterfrau&birthdate=1980-02-29"), Ids{});
    EXPECT_EQ(found("/fhir/Patient?family:exact=muster&birthdate=1980-02-29"), Ids{});
    EXPECT_EQ(found("/fhir/Patient?_id=p1"), Ids{"p1"});
    EXPECT_EQ(found("/fhir/Patient?_id=p9"), Ids{});
    for (auto const* other : {"urn:other%7CA1", "%7CA1", "urn:mrn%7Ca1", "urn:mrn%7CA", "A"}) {
        EXPECT_EQ(found("/fhir/Patient?identifier=" + std::string(other)), Ids{}) << other;
    }
}

TEST_F(SearchTest, AnAddressOfOursIsAReferenceLikeAnother) {
    auto const observation = [](std::string const& id, std::string const& encounter) {
        return R"({"resourceType":"Observation","id":")" + id +
               R"(","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},)"
               R"("encounter":{"reference":")" +
               encounter + "\"}}";
    };
    auto const here = std::string(kBase) + "/fhir/";
    put("Observation", "a", observation("a", "Encounter/e"));
    put("Observation", "b", observation("b", here + "Encounter/e"));
    put("Observation", "c", observation("c", "https://elsewhere.example.org/fhir/Encounter/e"));
    auto const in_p1 = [](std::string const& more) {
        return "/fhir/Observation?patient=p1&" + more;
    };
    EXPECT_EQ(found(in_p1("encounter=" + here + "Encounter/e")), (Ids{"a", "b"}));
    EXPECT_EQ(found(in_p1("encounter=HTTPS://LOCALHOST:8443/fhir/Encounter/e")), Ids{"a"});
    EXPECT_EQ(found(in_p1("encounter:Encounter=" + here + "Encounter/e")), Ids{"a"});
    EXPECT_EQ(found(in_p1("encounter=" + here + "Encounter/f,Encounter/e")), Ids{"a"});
    EXPECT_EQ(found(in_p1("encounter=https://elsewhere.example.org/fhir/Encounter/e")), Ids{"c"});
    EXPECT_EQ(found(in_p1("encounter=" + here + "Encounter/f")), Ids{});
    EXPECT_EQ(found("/fhir/Observation?patient=" + here + "Patient/p1"), (Ids{"a", "b", "c"}));
    EXPECT_EQ(found("/fhir/Observation?subject=" + here + "Patient/p1"), (Ids{"a", "b", "c"}));
    EXPECT_EQ(found("/fhir/Observation?subject=" + here + "Patient/p2"), Ids{});
    EXPECT_EQ(status("/fhir/Observation?patient=https://elsewhere.example.org/fhir/Patient/p1"),
              403);
    EXPECT_EQ(status(in_p1("encounter:Patient=" + here + "Encounter/e")), 400);
    EXPECT_EQ(status(in_p1("encounter=" + here + "Encounter/e/_history/1")), 200);
}

TEST_F(SearchTest, AcrossAllPatientsForPermitsThatReachThem) {
    put_observations("p1", 2);
    put_observations("p2", 2);
    ASSERT_EQ(room_.remove("/fhir/Observation/p2-o1").status(), 204);
    auto const* all = "/fhir/Observation?status=final";
    EXPECT_EQ(room_.get(all).status(), 403);
    EXPECT_TRUE(room_.get(all).why().contains("patient=ID"));
    room_.reach = request::Reach::population;
    EXPECT_EQ(found(all), (Ids{"p1-o0", "p1-o1", "p2-o0"}));
    EXPECT_EQ(found("/fhir/Observation"), (Ids{"p1-o0", "p1-o1", "p2-o0"}));
    EXPECT_EQ(found("/fhir/Observation?status=amended"), Ids{});
    EXPECT_EQ(found("/fhir/Observation?identifier=urn:x%7Cnone"), Ids{});
    EXPECT_EQ(found("/fhir/Observation?patient=p1"), (Ids{"p1-o0", "p1-o1"}));
    EXPECT_EQ(room_.get("/fhir/Observation?subject:Patient.name=x").status(), 403);
    // A condition never is.
    auto const refused = room_.put("/fhir/Observation?status=final", observation_json("x", "p1"));
    EXPECT_EQ(refused.status(), 403);
}

TEST_F(SearchTest, InsideOnePatientNothingOfAnother) {
    put_observations("p1", 2);
    put_observations("p2", 3);
    Ids const of_p1{"p1-o0", "p1-o1"};
    for (auto const* target :
         {"/fhir/Observation?patient=p1", "/fhir/Observation?patient=Patient/p1",
          "/fhir/Observation?subject=Patient/p1", "/fhir/Patient/p1/Observation",
          "/fhir/Patient/p1/Observation?status=final",
          "/fhir/Observation?patient=p1&status=final"}) {
        EXPECT_EQ(found(target), of_p1) << target;
    }
    for (auto const* target :
         {"/fhir/Observation?patient=p1&subject=Patient/p2", "/fhir/Observation?patient=p9",
          "/fhir/Observation?patient=p1&patient=p2", "/fhir/Patient/p1/Observation?patient=p2",
          "/fhir/Patient/p1/Observation?status=amended", "/fhir/Patient/p1/Condition",
          "/fhir/Patient/p9/Observation"}) {
        EXPECT_EQ(found(target), Ids{}) << target;
    }
    EXPECT_EQ(found("/fhir/Observation?_id=p2-o0"), Ids{"p2-o0"});
    EXPECT_EQ(found("/fhir/Observation?_id=p2-o0&patient=p1"), Ids{});
}

TEST_F(SearchTest, AFormSaysTheSameAsAQuery) {
    put_observations("p1", 2);
    auto const answer = room_.serve({http::Method::post,
                                     "/fhir/Observation/_search",
                                     {{"Content-Type", "application/x-www-form-urlencoded"}},
                                     "patient=p1"});
    EXPECT_EQ(answer.status(), 200);
    EXPECT_TRUE(answer.body().contains("p1-o0"));
    EXPECT_TRUE(answer.body().contains(R"("total":2)"));
}

TEST_F(SearchTest, WithoutAFormTheAddressSaysAll) {
    put_observations("p1", 2);
    auto const answer = room_.serve(
        {.method = http::Method::post, .target = "/fhir/Observation/_search?patient=p1"});
    EXPECT_EQ(answer.status(), 200);
    EXPECT_TRUE(answer.body().contains(R"("total":2)"));
    // Who says that something else comes is not believed that nothing does.
    EXPECT_EQ(room_
                  .serve({http::Method::post,
                          "/fhir/Observation/_search?patient=p1",
                          {{"Content-Type", "application/json"}},
                          ""})
                  .status(),
              415);
}

TEST_F(SearchTest, WhatWasDeletedOrMovedIsNotFound) {
    put_observations("p1", 3);
    ASSERT_EQ(room_.remove("/fhir/Observation/p1-o0").status(), 204);
    put("Observation", "p1-o1", observation_json("p1-o1", "p2"));
    EXPECT_EQ(found("/fhir/Observation?patient=p1"), Ids{"p1-o2"});
    EXPECT_EQ(found("/fhir/Observation?patient=p2"), Ids{"p1-o1"});
    ASSERT_EQ(room_.remove("/fhir/Patient/p1").status(), 204);
    EXPECT_EQ(found("/fhir/Patient?identifier=urn:mrn%7CA1"), Ids{});
    EXPECT_EQ(found("/fhir/Patient?_id=p1"), Ids{});
    put("Patient", "p2", person("p2", "Muster", "B2"));
    EXPECT_EQ(found("/fhir/Patient?identifier=urn:mrn%7CA2"), Ids{});
    EXPECT_EQ(found("/fhir/Patient?identifier=urn:mrn%7CB2"), Ids{"p2"});
}

TEST_F(SearchTest, AnotherTenantFindsNothing) {
    testing::OperationsRoom north(instance_, "north", "/t/north");
    for (auto const* target :
         {"/t/north/fhir/Patient?identifier=urn:mrn%7CA1", "/t/north/fhir/Patient?_id=p1",
          "/t/north/fhir/Patient?family=Muster&birthdate=1980-02-29"}) {
        auto const answer = north.get(target);
        EXPECT_EQ(answer.status(), 200) << target;
        EXPECT_TRUE(answer.body().contains(R"("total":0)")) << answer.body();
    }
}

TEST_F(SearchTest, TheRecordNamesWhatLeavesAndNoMore) {
    put_observations("p1", 3);
    auto const page = search("/fhir/Observation?patient=p1&_count=2");
    EXPECT_EQ(page.total, 3U);
    EXPECT_EQ(touched_.size(), page.entries.size());
    EXPECT_EQ(touched_.size(), 2U);
    for (auto const& touched : touched_) {
        EXPECT_EQ(touched.compartment, room_.addressing().patient_compartment("p1"));
    }
    for (auto const* count : {"_count=0", "_summary=count"}) {
        auto const only = search("/fhir/Observation?patient=p1&" + std::string(count));
        EXPECT_EQ(only.total, 3U);
        EXPECT_TRUE(only.entries.empty());
        EXPECT_EQ(only.next_link, "");
        EXPECT_TRUE(touched_.empty());
    }
}

class PagingTest : public SearchTest {
protected:
    void SetUp() override {
        SearchTest::SetUp();
        put_observations("p1", 7);
        put_observations("p2", 7);
    }
    // The path and query of a page's next link; empty at the end.
    static std::string next(request::BundleContent const& page) {
        if (page.next_link.empty()) return "";
        EXPECT_TRUE(page.next_link.starts_with(kBase));
        return page.next_link.substr(kBase.size());
    }
    [[nodiscard]] std::vector<std::string> walk(std::string target,
                                                std::function<void(int)> const& between = {}) {
        std::vector<std::string> ids;
        for (int page = 1; !target.empty() && page < 20; ++page) {
            auto const bundle = search(target);
            for (auto const& entry : bundle.entries) {
                ids.push_back(entry.full_url.substr(entry.full_url.rfind('/') + 1));
            }
            target = next(bundle);
            if (between) between(page);
        }
        EXPECT_TRUE(target.empty());
        return ids;
    }
    [[nodiscard]] std::string cursor_link(
        std::string const& target = "/fhir/Observation?patient=p1&_count=2") {
        return next(search(target));
    }
};

TEST_F(PagingTest, PagesHoldEveryMatchOnceInOrder) {
    for (auto const* target :
         {"/fhir/Observation?patient=p1&_count=2", "/fhir/Patient/p1/Observation?_count=3",
          "/fhir/Observation?patient=p1&_count=7",
          "/fhir/Observation?patient=p1&_count=1&_sort=-_lastUpdated"}) {
        auto const ids = walk(target);
        EXPECT_EQ(ids.size(), 7U) << target;
        EXPECT_EQ(Ids(ids.begin(), ids.end()).size(), 7U) << target;
        EXPECT_TRUE(std::ranges::all_of(ids, [](auto const& id) { return id.starts_with("p1-"); }));
    }
}

TEST_F(PagingTest, WritesBetweenPagesLoseNothing) {
    auto const ids = walk("/fhir/Observation?patient=p1&_count=2", [&](int page) {
        // The very entry that the cursor names, and one that comes before it.
        if (page == 1) {
            EXPECT_EQ(room_.remove("/fhir/Observation/p1-o0").status(), 204);
        }
        if (page == 2) put("Observation", "a-first", observation_json("a-first", "p1"));
    });
    Ids const unique(ids.begin(), ids.end());
    EXPECT_EQ(unique.size(), ids.size());
    for (int i = 0; i < 7; ++i) EXPECT_TRUE(unique.contains("p1-o" + std::to_string(i))) << i;
}

TEST_F(PagingTest, ACursorWorksForItsClientOnly) {
    auto const link = cursor_link();
    EXPECT_EQ(room_.serve({.target = link}, "client-1").status(), 200);
    auto const answer = room_.serve({.target = link}, "client-2");
    EXPECT_EQ(answer.status(), 400);
    EXPECT_EQ(answer.why(), "the cursor is not one of ours");
    EXPECT_FALSE(room_.classify({.target = link}, testing::make_anonymous()).has_value());
}

TEST_F(PagingTest, ACursorWorksForItsTypeTenantAndPatientOnly) {
    auto const cursor = cursor_link().substr(std::string("/fhir/Observation").size());
    EXPECT_EQ(status("/fhir/Condition" + cursor), 400);
    EXPECT_EQ(status("/fhir/Patient" + cursor), 400);
    EXPECT_EQ(status("/fhir/Observation" + cursor), 200);
    testing::OperationsRoom north(instance_, "north", "/t/north");
    EXPECT_EQ(north.get("/t/north/fhir/Observation" + cursor).status(), 400);
    // A path that names a patient is not answered with another one's data.
    auto const in_path = cursor_link("/fhir/Patient/p1/Observation?_count=2");
    auto const path_cursor = in_path.substr(std::string("/fhir/Observation").size());
    EXPECT_EQ(status("/fhir/Patient/p2/Observation" + path_cursor), 400);
    EXPECT_EQ(status("/fhir/Patient/p2/Observation" + cursor), 400);
    EXPECT_EQ(status("/fhir/Observation" + path_cursor), 200);
}

TEST_F(PagingTest, ACursorTakesNothingBesides) {
    auto const link = cursor_link();
    for (auto const* more : {"&_count=100", "&patient=p2", "&status=final", "&_cursor=x"}) {
        EXPECT_EQ(status(link + more), 400) << more;
    }
    auto const cursor = link.substr(link.find("_cursor"));
    EXPECT_EQ(status("/fhir/Observation?" + cursor + "&" + cursor), 400);
    EXPECT_EQ(status("/fhir/Observation?patient=p1&" + cursor), 400);
}

TEST_F(PagingTest, ForgedCursors) {
    auto const link = cursor_link();
    auto const begin = link.find('=') + 1;
    for (std::size_t at = begin; at < link.size(); at += 3) {
        auto flipped = link;
        flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
        if (flipped != link) {
            EXPECT_EQ(status(flipped), 400) << at;
        }
    }
    for (auto const& text :
         {std::string(), std::string("x"), link.substr(begin, 40), link.substr(begin) + "AAAA",
          to_base64url(bytes_of("type=Observation&patient=p1&query=&last=&shown=0"))}) {
        EXPECT_EQ(status("/fhir/Observation?_cursor=" + text), 400) << text;
    }
}

TEST_F(PagingTest, ACursorShowsNothing) {
    auto const link = cursor_link("/fhir/Observation?patient=p1&status=final&_count=2");
    auto const sealed = from_base64url(link.substr(link.find("_cursor=") + 8));
    ASSERT_TRUE(sealed.has_value());
    EXPECT_FALSE(text_of(*sealed).contains("patient"));
    EXPECT_FALSE(text_of(*sealed).contains("p1-o"));
}

TEST_F(PagingTest, TheSelfLinkSaysWhatWasAsked) {
    auto const page = search("/fhir/Patient/p1/Observation?_count=2&status=final");
    EXPECT_EQ(EphiTestAccess::open(page.self_link),
              std::string(kBase) + "/fhir/Patient/p1/Observation?_count=2&status=final");
}

}  // namespace
}  // namespace salus::operations
