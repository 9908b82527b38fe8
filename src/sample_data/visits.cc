#include "sample_data/visits.h"

#include <algorithm>

namespace salus::sample_data {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// Well-child visits of the first two years (Bright Futures periodicity schedule, shortened).
constexpr int kInfantMonths[] = {1, 2, 4, 6, 9, 12, 15, 18};

// Collects visits that lie inside the record.
class Plan {
public:
    Plan(SeededRandom& random, Person const& person, Seconds first, Seconds last)
        : random_(random), person_(person), first_(first), last_(last) {}

    void add(VisitKind kind, Days day) {
        Visit visit;
        visit.kind = kind;
        visit.start = Seconds(day) + hours(random_.between(13, 20));
        visit.start += minutes(15 * random_.between(0, 3));
        visit.end = visit.start + minutes(15 * random_.between(1, 4));
        visit.uuid = random_.uuid();
        if (kind == VisitKind::symptom || kind == VisitKind::emergency) visit.acute = reason(day);
        if (visit.start >= first_ && visit.end <= last_) visits_.push_back(std::move(visit));
    }

    void add_in_year(VisitKind kind, Days year_start) {
        add(kind, year_start + days(random_.between(0, 364)));
    }

    [[nodiscard]] std::vector<Visit> take() && {
        if (visits_.empty()) add(VisitKind::wellness, day_of(last_) - days(1));
        std::ranges::sort(visits_, {}, [](Visit const& visit) { return visit.start; });
        return std::move(visits_);
    }

private:
    AcuteCondition const* reason(Days day) {
        auto const age = age_in_years(person_.birth, day);
        std::vector<AcuteCondition const*> fitting;
        for (auto const& condition : acute_conditions()) {
            if (age >= condition.age_from && age < condition.age_to) fitting.push_back(&condition);
        }
        if (fitting.empty()) return nullptr;
        return random_.pick(std::span<AcuteCondition const* const>(fitting));
    }

    SeededRandom& random_;
    Person const& person_;
    Seconds first_;
    Seconds last_;
    std::vector<Visit> visits_;
};

void plan_year(Plan& plan, SeededRandom& random, int age, std::size_t chronic, Days start) {
    if (age >= 2) {
        auto const wellness = age < 18 || age >= 50 ? 950 : 650;
        if (random.chance_per_mille(wellness)) plan.add_in_year(VisitKind::wellness, start);
    }
    auto const follow_ups = chronic == 0 ? 0U : chronic < 3 ? 1U : 2U;
    for (std::size_t i = 0; i < follow_ups; ++i) plan.add_in_year(VisitKind::follow_up, start);
    if (random.chance_per_mille(450)) plan.add_in_year(VisitKind::symptom, start);
    if (random.chance_per_mille(80)) plan.add_in_year(VisitKind::emergency, start);
}

}  // namespace

std::vector<Visit> plan_visits(SeededRandom& random, Person const& person,
                               std::size_t chronic_conditions, Seconds reference, int years) {
    auto const last = person.death.value_or(reference);
    auto const window = day_of(last) - days(365 * years);
    auto const first = Seconds(std::max(window, person.birth + days(1)));
    Plan plan(random, person, first, last);
    for (auto const month : kInfantMonths) {
        plan.add(VisitKind::wellness, person.birth + days(month * 61 / 2));
    }
    for (int year = 0; year < years; ++year) {
        auto const start = window + days(365 * year);
        auto const age = age_in_years(person.birth, start);
        if (age >= 0) plan_year(plan, random, age, chronic_conditions, start);
    }
    return std::move(plan).take();
}

}  // namespace salus::sample_data
