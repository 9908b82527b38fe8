#include <algorithm>

#include "sample_data/observations.h"

namespace salus::sample_data {
namespace {

constexpr Literal kCategories{"http://terminology.hl7.org/CodeSystem/observation-category"};
constexpr Unit kMillimetresOfMercury{"mm[Hg]", "mm[Hg]"};

constexpr EntryType kHeight{"Observation",
                            "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-height"};
constexpr EntryType kWeight{"Observation",
                            "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-weight"};
constexpr EntryType kBodyMassIndex{"Observation",
                                   "http://hl7.org/fhir/us/core/StructureDefinition/us-core-bmi"};
constexpr EntryType kBloodPressure{
    "Observation", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure"};
constexpr EntryType kHeartRate{
    "Observation", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate"};
constexpr EntryType kRespiratoryRate{
    "Observation", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-respiratory-rate"};
constexpr EntryType kTemperature{
    "Observation", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-temperature"};
constexpr EntryType kOxygen{
    "Observation", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-pulse-oximetry"};
constexpr EntryType kSmoking{
    "Observation", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-smokingstatus"};

Code vital_signs() {
    return {kCategories, "vital-signs", "Vital Signs"};
}

void write_vital(Chart& chart, Visit const& visit, EntryType const& type, Code const& code,
                 Decimal value, Unit const& unit) {
    begin_observation(chart, visit, {type, vital_signs(), code, visit.start});
    chart.transaction.text().quantity("valueQuantity", value, unit);
    chart.transaction.end_entry(type);
}

// Height in mm: a child grows in straight lines between these ages; from 17 it is the adult height.
std::int64_t height_at(Person const& person, int months) {
    struct Point {
        int months;
        std::int64_t per_mille;  // of the adult height
    };
    constexpr Point kGrowth[] = {{0, 295},  {12, 440},  {24, 510},
                                 {60, 635}, {120, 805}, {204, 1000}};
    for (std::size_t i = 1; i < std::size(kGrowth); ++i) {
        auto const& from = kGrowth[i - 1];
        auto const& to = kGrowth[i];
        if (months >= to.months) continue;
        auto const grown =
            (to.per_mille - from.per_mille) * (months - from.months) / (to.months - from.months);
        return person.adult_height_mm * (from.per_mille + grown) / 1000;
    }
    return person.adult_height_mm;
}

void write_blood_pressure(Chart& chart, Visit const& visit, bool hypertensive, bool child) {
    auto const systolic = child          ? chart.random.near_middle(84, 116)
                          : hypertensive ? chart.random.near_middle(124, 172)
                                         : chart.random.near_middle(102, 138);
    auto const diastolic = systolic * chart.random.near_middle(58, 70) / 100;
    begin_observation(
        chart, visit,
        {kBloodPressure, vital_signs(),
         Code{kLoinc, "85354-9", "Blood pressure panel with all children optional"}, visit.start});
    auto& text = chart.transaction.text();
    text.begin_array("component");
    text.begin_object();
    text.concept_of("code", Code{kLoinc, "8480-6", "Systolic blood pressure"});
    text.quantity("valueQuantity", {systolic, 0}, kMillimetresOfMercury);
    text.end_object();
    text.begin_object();
    text.concept_of("code", Code{kLoinc, "8462-4", "Diastolic blood pressure"});
    text.quantity("valueQuantity", {diastolic, 0}, kMillimetresOfMercury);
    text.end_object();
    text.end_array();
    chart.transaction.end_entry(kBloodPressure);
}

void write_size(Chart& chart, Visit const& visit, int months) {
    auto const adult = months >= 204;
    auto const height_mm = height_at(chart.person, months);
    auto const index_tenths =
        (adult ? chart.person.adult_body_mass_index * 10 : 165) + chart.random.between(-6, 6);
    // kg * 10 = (kg/m2 * 10) * (mm / 1000)^2
    auto const weight_tenths = index_tenths * height_mm * height_mm / 1'000'000;
    write_vital(chart, visit, kHeight, {kLoinc, "8302-2", "Body height"}, {height_mm, 1},
                {"cm", "cm"});
    write_vital(chart, visit, kWeight, {kLoinc, "29463-7", "Body weight"}, {weight_tenths, 1},
                {"kg", "kg"});
    write_vital(chart, visit, kBodyMassIndex, {kLoinc, "39156-5", "Body mass index (BMI) [Ratio]"},
                {index_tenths, 1}, {"kg/m2", "kg/m2"});
}

// US Core asks for both codes: how it was measured, and what it stands for.
void write_oxygen_saturation(Chart& chart, Visit const& visit) {
    begin_observation(chart, visit,
                      {kOxygen,
                       vital_signs(),
                       {kLoinc, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"},
                       visit.start,
                       {kLoinc, "2708-6", "Oxygen saturation in Arterial blood"}});
    chart.transaction.text().quantity("valueQuantity", {chart.random.between(94, 100), 0},
                                      {"%", "%"});
    chart.transaction.end_entry(kOxygen);
}

}  // namespace

void write_temperature(Chart& chart, Visit const& visit, Seconds when) {
    begin_observation(chart, visit,
                      {kTemperature, vital_signs(), {kLoinc, "8310-5", "Body temperature"}, when});
    chart.transaction.text().quantity("valueQuantity", {chart.random.near_middle(361, 376), 1},
                                      {"degrees C", "Cel"});
    chart.transaction.end_entry(kTemperature);
}

void write_vital_signs(Chart& chart, Visit const& visit, std::span<Problem const> problems) {
    auto const months = age_in_months(chart.person.birth, day_of(visit.start));
    auto const child = months < 12 * 12;
    auto const hypertensive = std::ranges::any_of(problems, [](Problem const& problem) {
        return problem.condition->snomed.code == Literal("59621000");
    });
    write_size(chart, visit, months);
    if (months >= 36) write_blood_pressure(chart, visit, hypertensive, child);
    write_vital(chart, visit, kHeartRate, {kLoinc, "8867-4", "Heart rate"},
                {child ? chart.random.near_middle(78, 132) : chart.random.near_middle(54, 98), 0},
                {"beats/minute", "/min"});
    write_vital(chart, visit, kRespiratoryRate, {kLoinc, "9279-1", "Respiratory rate"},
                {child ? chart.random.near_middle(18, 34) : chart.random.near_middle(11, 20), 0},
                {"breaths/minute", "/min"});
    write_temperature(chart, visit, visit.start);
    if (visit.kind != VisitKind::emergency && visit.kind != VisitKind::symptom) return;
    write_oxygen_saturation(chart, visit);
}

void write_smoking_status(Chart& chart, Visit const& visit) {
    begin_observation(chart, visit,
                      {kSmoking,
                       {kCategories, "social-history", "Social History"},
                       {kLoinc, "72166-2", "Tobacco smoking status"},
                       visit.start});
    chart.transaction.text().concept_of(
        "valueCodeableConcept",
        chart.person.smoker ? Code{"http://snomed.info/sct", "449868002", "Smokes tobacco daily"}
                            : Code{"http://snomed.info/sct", "266919005", "Never smoked tobacco"});
    chart.transaction.end_entry(kSmoking);
}

}  // namespace salus::sample_data
