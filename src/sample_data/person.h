// Person: who a sample patient is. Invented throughout: identifiers, telephone numbers and postal
// codes come from ranges that are given to nobody.
#pragma once

#include <optional>

#include "sample_data/dates.h"
#include "sample_data/names.h"
#include "sample_data/seeded_random.h"
#include "sample_data/transaction.h"

namespace salus::sample_data {

enum class Sex { female, male };

struct Person {
    std::string uuid;
    std::string record_number;  // medical record number, unique in a population
    std::string social_security_number;
    std::string telephone;
    std::string street;
    std::string postal_code;
    std::string given;
    std::string middle;
    std::string family;
    Place place;
    Code race;
    Code ethnicity;
    Sex sex = Sex::female;
    bool smoker = false;
    Days birth;
    std::optional<Seconds> death;
    std::int64_t adult_height_mm = 0;
    std::int64_t adult_body_mass_index = 0;  // kg/m2
};

// `number` is the patient's place in the population, from 0.
[[nodiscard]] Person make_person(SeededRandom& random, std::size_t number, Seconds reference);
// A US Core Patient.
void write_patient(Transaction& transaction, Person const& person);

}  // namespace salus::sample_data
