#include "sample_data/chart.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kClaim{"Claim", {}};
constexpr EntryType kBenefit{"ExplanationOfBenefit", {}};
constexpr Literal kAdjudication{"http://terminology.hl7.org/CodeSystem/adjudication"};
constexpr Literal kInsurers[] = {"Commonwealth Mutual", "Harbor Health Plan", "Granite State Care"};

struct Bill {
    std::string_view claim_uuid;
    std::string_view insurer;
    std::int64_t cents;
};

void write_bill_head(Chart& chart, Visit const& visit) {
    auto& text = chart.transaction.text();
    text.text("status", "active");
    text.concept_of("type", Code{"http://terminology.hl7.org/CodeSystem/claim-type", "professional",
                                 "Professional"});
    text.text("use", "claim");
    text.reference("patient", chart.person.uuid);
    text.begin_object("billablePeriod");
    text.text("start", to_date_time(visit.start));
    text.text("end", to_date_time(visit.end));
    text.end_object();
    text.text("created", to_date_time(visit.end));
}

void write_diagnosis_list(ResourceText& text, std::string_view diagnosis_uuid) {
    if (diagnosis_uuid.empty()) return;
    text.begin_array("diagnosis");
    text.begin_object();
    text.number("sequence", 1);
    text.reference("diagnosisReference", diagnosis_uuid);
    text.end_object();
    text.end_array();
}

void begin_item(ResourceText& text, Visit const& visit, std::int64_t cents) {
    text.begin_array("item");
    text.begin_object();
    text.number("sequence", 1);
    text.concept_of("productOrService",
                    visit.kind == VisitKind::emergency
                        ? Code{"http://snomed.info/sct", "50849002", "Emergency room admission"}
                        : Code{"http://snomed.info/sct", "185349003", "Encounter for check up"});
    text.money("net", cents);
    text.begin_array("encounter");
    text.reference_element(visit.uuid);
    text.end_array();
}

void write_claim(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                 std::string_view diagnosis_uuid, Bill const& bill) {
    chart.transaction.begin_entry(kClaim, bill.claim_uuid);
    write_bill_head(chart, visit);
    auto& text = chart.transaction.text();
    text.reference("provider", chart.facilities.employer_of(practitioner).uuid);
    text.concept_of("priority", Code{"http://terminology.hl7.org/CodeSystem/processpriority",
                                     "normal", "Normal"});
    write_diagnosis_list(text, diagnosis_uuid);
    text.begin_array("insurance");
    text.begin_object();
    text.number("sequence", 1);
    text.boolean("focal", true);
    text.begin_object("coverage");
    text.text("display", bill.insurer);
    text.end_object();
    text.end_object();
    text.end_array();
    begin_item(text, visit, bill.cents);
    text.end_object();
    text.end_array();
    text.money("total", bill.cents);
    chart.transaction.end_entry(kClaim);
}

void write_adjudication(ResourceText& text, Code const& category, std::int64_t cents) {
    text.begin_object();
    text.concept_of("category", category);
    text.money("amount", cents);
    text.end_object();
}

void write_benefit(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                   std::string_view diagnosis_uuid, Bill const& bill) {
    auto const paid = bill.cents * chart.random.between(60, 95) / 100;
    chart.transaction.begin_entry(kBenefit, chart.random.uuid());
    write_bill_head(chart, visit);
    auto& text = chart.transaction.text();
    text.begin_object("insurer");
    text.text("display", bill.insurer);
    text.end_object();
    text.reference("provider", practitioner.uuid);
    text.reference("claim", bill.claim_uuid);
    text.text("outcome", "complete");
    write_diagnosis_list(text, diagnosis_uuid);
    text.begin_array("insurance");
    text.begin_object();
    text.boolean("focal", true);
    text.begin_object("coverage");
    text.text("display", bill.insurer);
    text.end_object();
    text.end_object();
    text.end_array();
    begin_item(text, visit, bill.cents);
    text.begin_array("adjudication");
    write_adjudication(text, {kAdjudication, "submitted", "Submitted Amount"}, bill.cents);
    write_adjudication(text, {kAdjudication, "benefit", "Benefit Amount"}, paid);
    text.end_array();
    text.end_object();
    text.end_array();
    text.begin_object("payment");
    text.money("amount", paid);
    text.end_object();
    chart.transaction.end_entry(kBenefit);
}

}  // namespace

void write_billing(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                   std::string_view diagnosis_uuid) {
    auto const claim_uuid = chart.random.uuid();
    auto const insurer = chart.random.pick(std::span<Literal const>(kInsurers)).text();
    auto const cents = visit.kind == VisitKind::emergency ? chart.random.between(42'000, 310'000)
                                                          : chart.random.between(9'500, 38'000);
    Bill const bill{claim_uuid, insurer, cents};
    write_claim(chart, visit, practitioner, diagnosis_uuid, bill);
    write_benefit(chart, visit, practitioner, diagnosis_uuid, bill);
}

}  // namespace salus::sample_data
