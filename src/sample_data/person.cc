#include "sample_data/person.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kPatient{"Patient",
                             "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"};
constexpr Literal kIdentifierTypes{"http://terminology.hl7.org/CodeSystem/v2-0203"};

std::string padded(std::int64_t value, std::size_t width) {
    auto digits = std::to_string(value);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return digits;
}

Code pick_group(SeededRandom& random, std::span<Group const> groups) {
    auto left = random.between(0, 999);
    for (auto const& group : groups) {
        left -= group.per_mille;
        if (left < 0) return group.code;
    }
    return groups.back().code;
}

// Roughly a clinic's population: more of the very young and of the old than there are in the land.
int pick_age(SeededRandom& random) {
    struct Band {
        int from;
        int to;
        int per_mille;
    };
    constexpr Band kBands[] = {{0, 4, 90},    {5, 17, 140},  {18, 39, 240},
                               {40, 64, 300}, {65, 79, 160}, {80, 94, 70}};
    auto left = random.between(0, 999);
    for (auto const& band : kBands) {
        left -= band.per_mille;
        if (left < 0) return static_cast<int>(random.between(band.from, band.to));
    }
    return 45;
}

// 9nn with the middle pair below 50 is neither a social security number (SSA never issues area
// 9nn) nor an individual taxpayer number (IRS uses middle pairs from 50).
std::string make_social_security_number(SeededRandom& random) {
    auto text = padded(random.between(900, 999), 3);
    text += "-" + padded(random.between(10, 49), 2);
    text += "-" + padded(random.between(1, 9999), 4);
    return text;
}

std::optional<Seconds> make_death(SeededRandom& random, int age, Seconds reference) {
    auto const per_mille = age >= 75 ? 130 : age >= 50 ? 25 : 4;
    if (!random.chance_per_mille(per_mille) || age < 2) return std::nullopt;
    return reference - std::chrono::hours(random.between(24, 24L * 700));
}

void write_group(ResourceText& text, std::string_view url, Code const& group) {
    text.begin_object();
    text.begin_array("extension");
    text.begin_object();
    text.text("url", "ombCategory");
    text.coding("valueCoding", group);
    text.end_object();
    text.begin_object();
    text.text("url", "text");
    text.text("valueString", group.display.text());
    text.end_object();
    text.end_array();
    text.text("url", url);
    text.end_object();
}

void write_extensions(ResourceText& text, Person const& person) {
    text.begin_array("extension");
    write_group(text, "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", person.race);
    write_group(text, "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity",
                person.ethnicity);
    text.begin_object();
    text.text("url", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex");
    text.text("valueCode", person.sex == Sex::female ? "F" : "M");
    text.end_object();
    text.end_array();
}

void write_identifier(ResourceText& text, Code const& type, std::string_view system,
                      std::string_view value) {
    text.begin_object();
    text.concept_of("type", type);
    text.text("system", system);
    text.text("value", value);
    text.end_object();
}

void write_name_and_contact(ResourceText& text, Person const& person) {
    text.begin_array("name");
    text.begin_object();
    text.text("use", "official");
    text.text("family", person.family);
    text.begin_array("given");
    text.text_element(person.given);
    text.text_element(person.middle);
    text.end_array();
    text.end_object();
    text.end_array();
    text.begin_array("telecom");
    text.begin_object();
    text.text("system", "phone");
    text.text("value", person.telephone);
    text.text("use", "home");
    text.end_object();
    text.begin_object();
    text.text("system", "email");
    text.text("value", "patient." + person.record_number + "@example.org");
    text.end_object();
    text.end_array();
}

void write_address(ResourceText& text, Person const& person) {
    text.begin_array("address");
    text.begin_object();
    text.text("use", "home");
    text.begin_array("line");
    text.text_element(person.street);
    text.end_array();
    text.text("city", person.place.city.text());
    text.text("state", person.place.state.text());
    text.text("postalCode", person.postal_code);
    text.text("country", "US");
    text.end_object();
    text.end_array();
}

}  // namespace

Person make_person(SeededRandom& random, std::size_t number, Seconds reference) {
    Person person;
    person.uuid = random.uuid();
    person.record_number = "MRN" + padded(static_cast<std::int64_t>(number) + 1, 7);
    person.social_security_number = make_social_security_number(random);
    person.sex = random.chance_per_mille(510) ? Sex::female : Sex::male;
    auto const given = person.sex == Sex::female ? female_names() : male_names();
    person.given = random.pick(given).text();
    person.middle = random.pick(given).text();
    person.family = random.pick(family_names()).text();
    // 555-0100 to 555-0199 are reserved for fiction (North American Numbering Plan).
    person.telephone = "617-555-01" + padded(random.between(0, 99), 2);
    person.street = std::to_string(random.between(1, 999)) + " ";
    person.street += random.pick(streets()).text();
    person.place = random.pick(places());
    person.postal_code =
        std::string(person.place.postal_prefix.text()) + padded(random.between(1, 99), 2);
    person.race = pick_group(random, races());
    person.ethnicity = pick_group(random, ethnicities());

    auto const age = pick_age(random);
    auto const days = age * std::int64_t{365} + age / 4 + random.between(3, 360);
    person.birth = day_of(reference) - std::chrono::days(days);
    person.death = make_death(random, age, reference);
    person.smoker = age >= 18 && random.chance_per_mille(140);
    person.adult_height_mm =
        person.sex == Sex::female ? random.near_middle(1480, 1780) : random.near_middle(1600, 1930);
    person.adult_body_mass_index = random.near_middle(18, 38);
    return person;
}

void write_patient(Transaction& transaction, Person const& person) {
    transaction.begin_entry(kPatient, person.uuid);
    auto& text = transaction.text();
    write_extensions(text, person);
    text.begin_array("identifier");
    write_identifier(text, {kIdentifierTypes, "MR", "Medical record number"},
                     "https://sample.example.org/medical-record-number", person.record_number);
    write_identifier(text, {kIdentifierTypes, "SS", "Social Security number"},
                     "http://hl7.org/fhir/sid/us-ssn", person.social_security_number);
    text.end_array();
    text.boolean("active", !person.death.has_value());
    write_name_and_contact(text, person);
    text.text("gender", person.sex == Sex::female ? "female" : "male");
    text.text("birthDate", to_date(person.birth));
    if (person.death) text.text("deceasedDateTime", to_date_time(*person.death));
    write_address(text, person);
    text.begin_array("communication");
    text.begin_object();
    text.concept_of("language", Code{"urn:ietf:bcp:47", "en-US", "English (United States)"});
    text.boolean("preferred", true);
    text.end_object();
    text.end_array();
    transaction.end_entry(kPatient);
}

}  // namespace salus::sample_data
