#include "sample_data/generator.h"

#include <algorithm>

#include "foundation/limits.h"
#include "sample_data/chart.h"

namespace salus::sample_data {
namespace {

constexpr int kYearsLongest = 20;

bool has_problem(std::span<Problem const> problems, Literal snomed) {
    return std::ranges::any_of(problems, [snomed](Problem const& problem) {
        return problem.condition->snomed.code == snomed;
    });
}

// The story of one patient, visit by visit.
class Story {
public:
    Story(Chart& chart, std::vector<Problem> problems, std::vector<Visit> visits,
          Practitioner const& primary, Practitioner const& emergency)
        : chart_(chart),
          problems_(std::move(problems)),
          visits_(std::move(visits)),
          primary_(primary),
          emergency_(emergency) {}

    void write() {
        for (auto& problem : problems_) problem.onset = onset_of(*problem.condition);
        for (auto const& visit : visits_) write_visit(visit);
    }

private:
    // Between the age from which people have it and the first visit on record.
    Days onset_of(ChronicCondition const& condition) {
        auto const first_visit = day_of(visits_.front().start);
        auto const earliest = chart_.person.birth + std::chrono::days(365 * condition.age_from);
        auto const room = (first_visit - earliest).count();
        return room <= 0 ? first_visit
                         : earliest + std::chrono::days(chart_.random.between(0, room));
    }

    [[nodiscard]] bool is_first(Visit const& visit) const { return &visit == &visits_.front(); }
    [[nodiscard]] bool is_last(Visit const& visit) const { return &visit == &visits_.back(); }

    void write_visit(Visit const& visit) {
        auto const& practitioner = visit.kind == VisitKind::emergency ? emergency_ : primary_;
        write_encounter(chart_, visit, practitioner, problems_);
        if (is_first(visit)) {
            for (auto const& problem : problems_) write_problem(chart_, problem, visit);
            write_allergies(chart_, visit, practitioner);
        }
        write_vital_signs(chart_, visit, problems_);
        write_measurements(visit);
        if (visit.kind == VisitKind::wellness) write_immunizations(chart_, visit, given_);
        std::string diagnosis;
        if (visit.acute != nullptr) diagnosis = write_acute(visit, practitioner);
        write_renewals(visit, practitioner);
        write_billing(chart_, visit, practitioner, diagnosis);
    }

    void write_measurements(Visit const& visit) {
        auto const age = age_in_years(chart_.person.birth, day_of(visit.start));
        auto const diabetic = has_problem(problems_, "44054006");
        if (visit.kind == VisitKind::wellness && age >= 13) write_smoking_status(chart_, visit);
        if (visit.kind == VisitKind::wellness && age >= 30) {
            write_panel(chart_, visit, lipid_panel(), has_problem(problems_, "55822004"));
            write_panel(chart_, visit, metabolic_panel(), diabetic);
        }
        if (visit.kind == VisitKind::emergency) {
            write_panel(chart_, visit, blood_count_panel(), true);
        }
        auto const routine =
            visit.kind == VisitKind::wellness || visit.kind == VisitKind::follow_up;
        if (diabetic && routine) write_panel(chart_, visit, diabetes_panel(), true);
    }

    std::string write_acute(Visit const& visit, Practitioner const& practitioner) {
        auto diagnosis = write_diagnosis(chart_, visit);
        if (visit.acute->medication != nullptr) {
            auto const end = visit.start + std::chrono::days(visit.acute->days);
            write_prescription(chart_, visit, practitioner,
                               {*visit.acute->medication, diagnosis, end <= chart_.reference});
        }
        return diagnosis;
    }

    // Standing medication is written at the first visit and renewed at check-ups; the latest
    // prescription of somebody alive is the active one.
    void write_renewals(Visit const& visit, Practitioner const& practitioner) {
        auto const renewing = is_first(visit) || is_last(visit);
        if (!renewing && visit.kind != VisitKind::wellness) return;
        auto const ended = !is_last(visit) || chart_.person.death.has_value();
        for (auto const& problem : problems_) {
            if (problem.condition->medication == nullptr) continue;
            write_prescription(chart_, visit, practitioner,
                               {*problem.condition->medication, problem.uuid, ended});
        }
    }

    Chart& chart_;
    std::vector<Problem> problems_;
    std::vector<Visit> visits_;
    Practitioner const& primary_;
    Practitioner const& emergency_;
    std::vector<int> given_;
};

}  // namespace

Generator::Generator(Options const& options) : options_(options), facilities_(options.seed) {
    SALUS_CHECK(options.years_of_record >= 1 && options.years_of_record <= kYearsLongest);
}

std::string Generator::next_bundle() {
    return bundle(next_++);
}

std::string Generator::bundle(std::size_t index) const {
    SALUS_CHECK(index < options_.patients);
    auto const reference = whole_seconds(options_.reference);
    auto random = SeededRandom::stream(options_.seed, index);
    auto const person = make_person(random, index, reference);
    auto const staff = facilities_.practitioners();
    // The first two work in the hospital and the family practice; emergencies go to the hospital.
    auto const& emergency = staff.front();
    auto const& primary = random.pick(staff.subspan(1));

    Transaction transaction;
    Practitioner const* const team[] = {&primary, &emergency};
    facilities_.write_team(transaction, team);
    write_patient(transaction, person);
    auto problems = pick_problems(random, person, reference);
    auto visits = plan_visits(random, person, problems.size(), reference, options_.years_of_record);
    Chart chart{transaction, random, person, facilities_, reference};
    Story(chart, std::move(problems), std::move(visits), primary, emergency).write();
    return std::move(transaction).take();
}

std::string large_patient(std::uint64_t seed, std::size_t observations, WallTime reference) {
    SALUS_CHECK(observations >= 1 && observations <= limits::kBundleEntries - 10);
    auto const now = whole_seconds(reference);
    Facilities const facilities(seed);
    auto random = SeededRandom::stream(seed, 0);
    auto person = make_person(random, 0, now);
    person.death.reset();
    person.birth = day_of(now) - std::chrono::days(50 * 365);  // older than any record
    auto const& practitioner = facilities.practitioners().front();

    Transaction transaction;
    Practitioner const* const team[] = {&practitioner};
    facilities.write_team(transaction, team);
    write_patient(transaction, person);
    Chart chart{transaction, random, person, facilities, now};
    Visit visit;
    visit.kind = VisitKind::follow_up;
    visit.uuid = random.uuid();
    auto const hours = std::chrono::hours(static_cast<std::int64_t>(observations));
    visit.start = now - hours;
    visit.end = now;
    write_encounter(chart, visit, practitioner, {});
    for (std::size_t i = 0; i < observations; ++i) {
        write_temperature(chart, visit,
                          visit.start + std::chrono::hours(static_cast<std::int64_t>(i)));
    }
    return std::move(transaction).take();
}

}  // namespace salus::sample_data
