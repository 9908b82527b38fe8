#include "sample_data/chart.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kImmunization{
    "Immunization", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization"};
constexpr int kInfluenzaPerMille = 550;

void write_immunization(Chart& chart, Visit const& visit, Vaccine const& vaccine) {
    chart.transaction.begin_entry(kImmunization, chart.random.uuid());
    auto& text = chart.transaction.text();
    text.text("status", "completed");
    text.concept_of("vaccineCode", vaccine.code);
    text.reference("patient", chart.person.uuid);
    text.reference("encounter", visit.uuid);
    text.text("occurrenceDateTime", to_date_time(visit.start));
    text.boolean("primarySource", true);
    chart.transaction.end_entry(kImmunization);
}

}  // namespace

void write_immunizations(Chart& chart, Visit const& visit, std::vector<int>& given) {
    auto const months = age_in_months(chart.person.birth, day_of(visit.start));
    auto const schedule = vaccines();
    given.resize(schedule.size());
    for (std::size_t i = 0; i < schedule.size(); ++i) {
        auto const& vaccine = schedule[i];
        auto const due = months >= vaccine.month_from && months < vaccine.month_to;
        if (!due || given[i] >= vaccine.doses) continue;
        write_immunization(chart, visit, vaccine);
        ++given[i];
    }
    if (months >= influenza_vaccine().month_from &&
        chart.random.chance_per_mille(kInfluenzaPerMille)) {
        write_immunization(chart, visit, influenza_vaccine());
    }
}

}  // namespace salus::sample_data
