#include "sample_data/observations.h"

#include <array>

namespace salus::sample_data {

std::string begin_observation(Chart& chart, Visit const& visit, ObservationHead const& head) {
    auto uuid = chart.random.uuid();
    chart.transaction.begin_entry(head.type, uuid);
    auto& text = chart.transaction.text();
    text.text("status", "final");
    text.concepts_of("category", head.category);
    std::array const codes{head.code, head.also_coded};
    auto const count = head.also_coded.code.empty() ? 1U : 2U;
    text.concept_of("code", std::span(codes).first(count));
    text.reference("subject", chart.person.uuid);
    text.reference("encounter", visit.uuid);
    text.text("effectiveDateTime", to_date_time(head.effective));
    return uuid;
}

}  // namespace salus::sample_data
