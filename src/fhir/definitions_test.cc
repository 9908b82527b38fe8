#include "fhir/definitions.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace salus::fhir {
namespace {

std::string joined(SearchPath const& path) {
    std::string out;
    for (auto const step : path.steps) out += "." + std::string(step.text());
    return out;
}

std::set<std::string> paths_of(std::string_view type, std::string_view name) {
    std::set<std::string> paths;
    auto const* parameter = find_search_parameter(*find_resource_type(type), name);
    EXPECT_NE(parameter, nullptr) << type << " " << name;
    if (parameter == nullptr) return paths;
    for (auto const& path : parameter->paths) paths.insert(joined(path));
    return paths;
}

TEST(DefinitionsTest, HoldsTheModel) {
    EXPECT_EQ(resource_types().size(), 146U);  // the 148 of R4 but the two abstract ones
    for (auto const* name :
         {"Resource", "DomainResource", "HumanName", "Patient.contact", "patient", ""})
        EXPECT_FALSE(is_resource_type(name)) << name;
    for (auto const& type : resource_types()) EXPECT_EQ(find_type(type.name.text()), &type);
    for (auto const& type : other_types()) EXPECT_EQ(find_type(type.name.text()), &type);

    auto const& observation = *find_resource_type("Observation");
    auto const* value = find_element(observation, "valueQuantity");
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->type->name.text(), "Quantity");
    EXPECT_EQ(value->choice, find_element(observation, "valueString")->choice);
    EXPECT_NE(value->choice, find_element(observation, "effectiveDateTime")->choice);
    EXPECT_EQ(find_element(observation, "value"), nullptr);
    EXPECT_EQ(find_element(observation, "status")->min, 1);
    EXPECT_TRUE(find_element(observation, "status")->modifier);
    EXPECT_TRUE(find_element(observation, "category")->many);
    EXPECT_FALSE(find_element(observation, "note")->summary);
    auto const& component = *find_type("Observation.component");
    EXPECT_EQ(find_element(component, "referenceRange")->type,
              find_type("Observation.referenceRange"));
    EXPECT_EQ(find_type("dateTime")->lexical, Lexical::date_time);
    EXPECT_EQ(find_element(observation, "id")->type->lexical, Lexical::id);
    EXPECT_EQ(find_element(*find_type("Extension"), "url")->type->lexical, Lexical::uri);
}

TEST(DefinitionsTest, ReducesSearchParametersToPaths) {
    using Paths = std::set<std::string>;
    EXPECT_EQ(paths_of("Observation", "date"), (Paths{".effectiveDateTime", ".effectivePeriod",
                                                      ".effectiveTiming", ".effectiveInstant"}));
    EXPECT_EQ(paths_of("Observation", "patient"), Paths{".subject"});
    EXPECT_EQ(paths_of("Observation", "value-concept"), Paths{".valueCodeableConcept"});
    EXPECT_EQ(paths_of("Observation", "combo-code"), (Paths{".code", ".component.code"}));
    EXPECT_EQ(paths_of("Patient", "email"), Paths{".telecom"});
    EXPECT_EQ(paths_of("Patient", "family"), Paths{".name.family"});
    EXPECT_EQ(paths_of("Patient", "_profile"), Paths{".meta.profile"});
    EXPECT_EQ(paths_of("MedicationRequest", "medication"), Paths{".medicationReference"});
    auto const& patient = *find_resource_type("Patient");
    auto const* deceased = find_search_parameter(patient, "deceased");
    ASSERT_NE(deceased, nullptr);  // exists() is no plain path
    EXPECT_TRUE(deceased->paths.empty());
    EXPECT_EQ(deceased->expression.text(),
              "Patient.deceased.exists() and Patient.deceased != false");
    EXPECT_EQ(deceased->elements.size(), 2U);
    EXPECT_EQ(find_search_parameter(patient, "_id"), nullptr);
    auto const& subject =
        find_search_parameter(*find_resource_type("Observation"), "patient")->paths[0];
    EXPECT_EQ(subject.target, &patient);
    auto const& email = find_search_parameter(patient, "email")->paths[0];
    EXPECT_EQ(email.where_name.text(), "system");
    EXPECT_EQ(email.where_value.text(), "email");
}

TEST(DefinitionsTest, HoldsThePatientCompartment) {
    auto const& observation = *find_resource_type("Observation");
    ASSERT_EQ(observation.patient_compartment.size(), 2U);
    EXPECT_EQ(observation.patient_compartment[0]->name.text(), "subject");
    EXPECT_EQ(observation.patient_compartment[1]->name.text(), "performer");
    EXPECT_TRUE(find_resource_type("Practitioner")->patient_compartment.empty());
}

// Whose a resource is comes first: what its own parameter `patient` reads, where it has one.
TEST(DefinitionsTest, BeginsThePatientCompartmentWithTheSubject) {
    std::vector<std::string_view> coverage;
    for (auto const* parameter : find_resource_type("Coverage")->patient_compartment)
        coverage.push_back(parameter->name.text());
    EXPECT_EQ(coverage, (std::vector<std::string_view>{"beneficiary", "policy-holder", "subscriber",
                                                       "payor"}));
    std::size_t subjects = 0;
    for (auto const& type : resource_types()) {
        auto const* patient = find_search_parameter(type, "patient");
        if (patient == nullptr || type.patient_compartment.empty()) continue;
        auto const& first = *type.patient_compartment.front();
        ASSERT_EQ(first.paths.size(), patient->paths.size()) << type.name.text();
        for (std::size_t i = 0; i < first.paths.size(); ++i) {
            EXPECT_TRUE(std::ranges::equal(first.paths[i].steps, patient->paths[i].steps))
                << type.name.text();
        }
        ++subjects;
    }
    EXPECT_GT(subjects, 50U);
}

}  // namespace
}  // namespace salus::fhir
