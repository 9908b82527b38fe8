// Non-interference: two stores that differ only in what a caller may not see give the caller the
// same answers, to the byte, whatever is asked or written: reads, versions, histories, searches
// with their totals, order, pages, chains and includes, $everything, bundles, conditions and
// preconditions. What hides is of every kind that there is; for each, a caller who sees more must
// find a difference, or the test would prove nothing.
//
// SALUS_PROPERTY_REQUESTS: requests for each kind (300); SALUS_PROPERTY_SEED: another seed.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>

#include "pipeline/denial_for_test.h"
#include "pipeline/person_for_test.h"
#include "pipeline/random_requests_for_test.h"
#include "pipeline/scoped_requests_for_test.h"
#include "pipeline/twin_rooms_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using request::PurposeOfUse;
using testing::after_base;
using testing::denial_to_payment;
using testing::InventedRecord;
using testing::kInventedPatients;
using testing::PipelineRoom;
using testing::TestRequest;
using testing::TwinRoom;

unsigned number_from(char const* variable, unsigned otherwise) {
    auto const* const text = std::getenv(variable);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

// Whoever acts for treatment sees everything; payment and persons see what the rules added leave.
authorization::Policy policy_with(std::string const& rules) {
    auto policy = authorization::Policy::parse(
        R"(@id("all") @fields("*") permit(principal, action in [Action::"read", Action::"search",
            Action::"create", Action::"update", Action::"delete", Action::"spanPatients"],
            resource is Record);
        @id("relabel") permit(principal, action == Action::"declassify", resource is Record)
            when {context.purpose == "TREAT"};
        )" +
        rules);
    EXPECT_TRUE(policy) << (policy ? "" : policy.error().front().text);
    return policy ? *std::move(policy) : authorization::Policy();
}

constexpr char const* kAll = "system/*.cruds admin/population.read";
constexpr char const* kLabelRule =
    R"(@id("label") forbid(principal, action in [Action::"read", Action::"search",
        Action::"update", Action::"delete", Action::"spanPatients"], resource is Record)
        when {context.purpose == "HPAYMT" && resource.labels.contains("R")};)";
// Hides nothing.
constexpr char const* kNoticeRule =
    R"(@id("notice") @obligate("watermark") permit(principal, action == Action::"limit",
        resource is Record) when {resource.labels.contains("R")};)";
constexpr char const* kCodeRule =
    R"(@id("code") forbid(principal, action in [Action::"read", Action::"search",
        Action::"update", Action::"delete", Action::"spanPatients"], resource is Record)
        when {context.purpose == "HPAYMT" && resource.labels.contains("HIV")};)";
constexpr char const* kCareRule =
    R"(@id("care") forbid(principal is User, action, resource is Record)
        when {resource.inPatient} unless {resource.careRelationship};)";
constexpr char const* kPlaceRule =
    R"(@id("place") forbid(principal, action in [Action::"read", Action::"search",
        Action::"update", Action::"delete"], resource in Type::"Encounter")
        when {context.purpose == "HPAYMT"}
        unless {principal.locations.containsAny(resource.locations)};)";
constexpr char const* kElementRules =
    R"(@id("observations") @redact("category, effective, value, hasMember")
        permit(principal, action == Action::"limit", resource in Type::"Observation")
        when {context.purpose == "HPAYMT"};
    @id("conditions") @redact("category, recordedDate")
        permit(principal, action == Action::"limit", resource in Type::"Condition")
        when {context.purpose == "HPAYMT"};
    @id("encounters") @redact("class, period")
        permit(principal, action == Action::"limit", resource in Type::"Encounter")
        when {context.purpose == "HPAYMT"};
    @id("patients") @redact("gender, birthDate")
        permit(principal, action == Action::"limit", resource in Type::"Patient")
        when {context.purpose == "HPAYMT"};)";

// One way to hide, and how much the narrow caller may do.
struct Hiding {
    std::string scopes = kAll;
    PurposeOfUse purpose = PurposeOfUse::payment;
    std::string patient{};            // that the token is bound to; empty: none
    std::string practitioner{};       // as whom a person acts; empty: the client acts for itself
    request::PlaceNames locations{};  // where the client works
    authorization::Policy policy = policy_with("");
    std::optional<consent::ConsentSettings> consent{};
    std::function<bool(InventedRecord const&)> hides = [](InventedRecord const&) { return false; };
    std::function<bool(std::string const&)> hides_patient = [](std::string const&) {
        return false;
    };
    // Whoever may create at an id of their choice learns that it is taken; with consents that is
    // everybody (docs/handbook/consent.md, "What is not hidden").
    bool taken_ids_tell = false;
    // Changes elements that are withheld, of records that are not hidden.
    std::function<void(testing::Chance&, InventedRecord&)> change_withheld{};
};

class NonInterferenceTest : public ::testing::Test {
protected:
    void expect_none_seen(Hiding const& hiding) {
        seed_ = number_from("SALUS_PROPERTY_SEED", 20261127);
        SCOPED_TRACE("SALUS_PROPERTY_SEED=" + std::to_string(seed_));
        chance_.seed(seed_);
        testing::RoomChoices choices;
        choices.policy = hiding.policy;
        choices.consent = hiding.consent;
        one_.emplace(choices);
        other_.emplace(choices);
        load(hiding);
        if (HasFatalFailure()) return;

        auto const requests = number_from("SALUS_PROPERTY_REQUESTS", 300);
        testing::RandomRequests random(seed_);
        begin_asking(hiding);
        unsigned answered = 0;
        for (unsigned i = 0; i < requests; ++i) {
            auto const wanted = random.next();
            bool const at_id = wanted.method == http::Method::put && !wanted.target.contains('?');
            if (hiding.taken_ids_tell && at_id) continue;
            auto const difference = ask_both(wanted);
            ASSERT_FALSE(difference) << "request " << i << "\n" << *difference;
            answered += last_status_ < 300 ? 1U : 0U;
        }
        // Not because everything was refused.
        EXPECT_GT(answered, requests / 4);
        expect_difference_seen_by_all(random);
    }

private:
    void expect_difference_seen_by_all(testing::RandomRequests& random) {
        begin_asking({.purpose = PurposeOfUse::treatment});
        bool seen = false;
        for (int i = 0; i < 200 && !seen; ++i) seen = ask_both(random.next_read()).has_value();
        EXPECT_TRUE(seen) << "the stores do not differ";
    }
    void begin_asking(Hiding const& hiding) {
        for (auto* twin : {&*one_, &*other_}) {
            auto& room = twin->room();
            oauth::AccessTokenGrant grant{
                ClientId("client-1"), request::parse_scopes(hiding.scopes).value(), hiding.purpose};
            if (!hiding.patient.empty())
                grant.patient_compartment = room.compartment_of(hiding.patient);
            grant.locations = hiding.locations;
            if (!hiding.practitioner.empty())
                grant.person = testing::make_practitioner(room, hiding.practitioner);
            twin->begin_asking(std::move(grant));
        }
    }

    // Follows the pages to the end, each room's own.
    std::optional<std::string> ask_both(TestRequest const& wanted) {
        auto here = wanted;
        auto there = wanted;
        for (int page = 0; page < 20; ++page) {
            ++step_;
            auto const answer = one_->ask(step_, here);
            auto const other_answer = other_->ask(step_, there);
            if (page == 0) last_status_ = answer.status;
            auto const told = one_->told(answer);
            auto const other_told = other_->told(other_answer);
            if (told != other_told) {
                return here.target + "\n" + here.body + "\n--- one:\n" + told + "\n--- other:\n" +
                       other_told;
            }
            auto const next = next_of(answer);
            if (next.empty()) break;
            here = {.target = next};
            there = {.target = next_of(other_answer)};
        }
        return std::nullopt;
    }
    static std::string next_of(http::Response const& answer) {
        for (auto const& url : testing::texts_behind(PipelineRoom::body(answer), "url"))
            if (url.contains("_cursor=")) return after_base(url);
        return {};
    }

    void load(Hiding const& hiding) {
        both("Organization/g1", R"({"resourceType":"Organization","id":"g1","name":"x"})");
        for (std::string const patient : kInventedPatients) load_patient(hiding, patient);
        both("Consent/deny-p2",
             denial_to_payment("p2", R"("class":[{"system":"http://hl7.org/fhir/resource-types",)"
                                     R"("code":"Condition"}])"));
        both("Consent/deny-p3",
             denial_to_payment("p3", R"("securityLabel":[{"system":"http://terminology.hl7.org/)"
                                     R"(CodeSystem/v3-Confidentiality","code":"R"}])"));
        both("CareTeam/ct1", R"({"resourceType":"CareTeam","id":"ct1","status":"active","subject":)"
                             R"({"reference":"Patient/p1"},"participant":[{"member":)"
                             R"({"reference":"Practitioner/d1"}}]})");
        for (std::string const type : testing::kInventedTypes) {
            // The last ids are free in both.
            for (std::size_t i = 0; i + 3 < testing::kInventedIds; ++i) {
                auto const record = testing::invent(chance_, type, i);
                hiding.hides(record) ? load_hidden(hiding, record) : load_seen(hiding, record);
            }
        }
    }
    void load_patient(Hiding const& hiding, std::string const& patient) {
        auto const json = [&](char const* gender, char const* born) {
            return testing::patient_json(
                patient, R"(,"identifier":[{"system":"urn:m","value":")" + patient +
                             R"("}],"name":[{"family":"Invented"}],"gender":")" + gender +
                             R"(","birthDate":")" + born + "\"");
        };
        bool const differs = hiding.hides_patient(patient) || hiding.change_withheld;
        put("Patient/" + patient, json("female", "1970-01-01"),
            differs ? json("male", "1980-02-03") : json("female", "1970-01-01"));
    }
    void load_seen(Hiding const& hiding, InventedRecord const& record) {
        auto other = record;
        // Its first version may have been hidden.
        if (hiding.hides(hidden_like(hiding, record)) && pick(4) == 0) {
            put(record.name(), hidden_like(hiding, record).json(),
                hidden_like(hiding, record).json());
        }
        if (hiding.change_withheld) hiding.change_withheld(chance_, other);
        put(record.name(), record.json(), other.json());
        if (pick(4) == 0) put(record.name(), record.json(), other.json());
    }
    void load_hidden(Hiding const& hiding, InventedRecord const& record) {
        auto const other = hidden_like(hiding, record);
        switch (pick(5)) {
            case 0: put(record.name(), record.json(), ""); break;
            case 1: put(record.name(), "", record.json()); break;
            case 2:
                put(record.name(), record.json(), other.json());
                erase(record.name());
                break;
            case 3:
                put(record.name(), record.json(), other.json());
                put(record.name(), other.json(), "");
                break;
            default: put(record.name(), record.json(), other.json());
        }
    }
    // Another content under which it is hidden, too; if nothing is, any.
    InventedRecord hidden_like(Hiding const& hiding, InventedRecord record) {
        for (int attempt = 0; attempt < 60; ++attempt) {
            testing::reinvent(chance_, record);
            if (hiding.hides(record)) break;
        }
        return record;
    }
    std::size_t pick(std::size_t choices) { return testing::pick(chance_, choices); }

    void both(std::string const& name, std::string const& json) { put(name, json, json); }
    // Empty: this room does nothing meanwhile.
    void put(std::string const& name, std::string const& here, std::string const& there) {
        ++step_;
        one_->load(step_, Method::put, here.empty() ? "" : name, here);
        other_->load(step_, Method::put, there.empty() ? "" : name, there);
    }
    void erase(std::string const& name) {
        ++step_;
        one_->load(step_, Method::remove, name, "");
        other_->load(step_, Method::remove, "", "");
    }

    unsigned seed_ = 0;
    testing::Chance chance_;
    std::uint64_t step_ = 0;
    int last_status_ = 0;
    std::optional<TwinRoom> one_;
    std::optional<TwinRoom> other_;
};

TEST_F(NonInterferenceTest, GranularScopesHide) {
    expect_none_seen(
        {.scopes = "system/Patient.cruds system/Observation.cruds?category=urn:c|a "
                   "system/Observation.r?status=final system/Condition.cruds?severity=urn:c|x,y "
                   "system/Encounter.cruds?class=AMB,a admin/population.read",
         .hides = [](InventedRecord const& record) {
             if (record.type == "Observation") return record.category != 0 && record.status != 0;
             return record.type == "Condition" ? record.code == 2 : record.category != 0;
         }});
}

// That a duty reads labels opens no id that something else hides.
TEST_F(NonInterferenceTest, ScopesAndCodesHideBesideDutiesThatReadLabels) {
    expect_none_seen(
        {.scopes = "system/Patient.cruds system/Observation.cruds?category=urn:c|a "
                   "system/Condition.cruds system/Encounter.cruds admin/population.read",
         .policy = policy_with(std::string(kCodeRule) + kNoticeRule),
         .hides = [](InventedRecord const& record) {
             return record.sensitive || (record.type == "Observation" && record.category != 0);
         }});
}

TEST_F(NonInterferenceTest, TypesOutsideOfTheScopesHide) {
    expect_none_seen(
        {.scopes = "system/Patient.rs system/Encounter.cruds admin/population.read",
         .hides = [](InventedRecord const& record) { return record.type != "Encounter"; }});
}

TEST_F(NonInterferenceTest, OtherPatientsHide) {
    expect_none_seen({.scopes = "patient/*.cruds",
                      .patient = "p1",
                      .hides = [](InventedRecord const& record) { return record.patient != "p1"; },
                      .hides_patient = [](std::string const& patient) { return patient != "p1"; }});
}

TEST_F(NonInterferenceTest, WithheldElementsHide) {
    expect_none_seen({.policy = policy_with(kElementRules),
                      .change_withheld = [](testing::Chance& chance, InventedRecord& record) {
                          auto changed = record;
                          testing::reinvent(chance, changed);
                          record.category = changed.category;
                          record.day = changed.day;
                      }});
}

TEST_F(NonInterferenceTest, LabelsHide) {
    expect_none_seen({.policy = policy_with(kLabelRule),
                      .hides = [](InventedRecord const& record) { return record.restricted; }});
}

TEST_F(NonInterferenceTest, CodesHideWhereNothingCanBeSearchedBy) {
    expect_none_seen({.policy = policy_with(kCodeRule),
                      .hides = [](InventedRecord const& record) { return record.sensitive; }});
}

TEST_F(NonInterferenceTest, ConsentsHide) {
    consent::ConsentSettings settings;
    settings.implicit = consent::OverarchingPolicy::all_normal;
    expect_none_seen({.consent = settings,
                      .hides =
                          [](InventedRecord const& record) {
                              return record.patient == "p2"
                                         ? record.type == "Condition"
                                         : record.patient == "p3" &&
                                               (record.restricted || record.sensitive);
                          },
                      .taken_ids_tell = true});
}

// Encounters are of the Location that their status names.
TEST_F(NonInterferenceTest, OtherPlacesHide) {
    expect_none_seen({.locations = {*request::PlaceName::parse("Location/finished")},
                      .policy = policy_with(kPlaceRule),
                      .hides = [](InventedRecord const& record) {
                          return record.type == "Encounter" && record.status != 0;
                      }});
}

TEST_F(NonInterferenceTest, PatientsWithoutCareHide) {
    expect_none_seen({.scopes = "user/*.cruds",
                      .practitioner = "Practitioner/d1",
                      .policy = policy_with(kCareRule),
                      .hides = [](InventedRecord const& record) { return record.patient != "p1"; },
                      .hides_patient = [](std::string const& patient) { return patient != "p1"; }});
}

}  // namespace
}  // namespace salus::pipeline
