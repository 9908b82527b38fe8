#include "sample_data/names.h"

namespace salus::sample_data {
namespace {

constexpr Literal kOmb{"urn:oid:2.16.840.1.113883.6.238"};

constexpr Literal kFemale[] = {
    "Abilena",   "Beatrix",   "Carmela", "Dorothea",  "Elowen",   "Fiorella",
    "Gwendolyn", "Henrietta", "Imelda",  "Josefina",  "Katarina", "Lucinda",
    "Marisol",   "Noemí",     "Ottilie", "Philippa",  "Quilla",   "Rosalind",
    "Seraphina", "Thandiwe",  "Ursula",  "Valentina", "Winifred", "Yolanda",
};
constexpr Literal kMale[] = {
    "Alaric",    "Bartholomew", "Cedric",  "Dmitri",   "Emeka",   "Fitzgerald",
    "Giacomo",   "Hiroshi",     "Ignacio", "Jolyon",   "Kwabena", "Leopold",
    "Montague",  "Nathaniel",   "Osvaldo", "Percival", "Quincy",  "Raúl",
    "Sebastian", "Tobias",      "Ulysses", "Vaughn",   "Wendell", "Zoltan",
};
constexpr Literal kFamily[] = {
    "Applethwaite", "Birchmere",  "Coldwater",  "Dunmarrow",  "Elderfield",  "Fenwyck",
    "Grimsdale",    "Hollowell",  "Inchcape",   "Juniper",    "Kestrelton",  "Larkspur",
    "Marchbanks",   "Nettlefold", "O'Farthing", "Pennyworth", "Quartermain", "Rookwood",
    "Santibáñez",   "Thornbury",  "Underwood",  "Valdespina", "Whitlocke",   "Yarborough",
    "Okonjo",       "Tanabe",     "Vasquillo",  "Abernathy",  "Bellweather", "Crosswhite",
};
constexpr Literal kStreets[] = {
    "Apothecary Lane", "Bluebell Court", "Candlewick Street", "Driftwood Avenue", "Fiddler's Row",
    "Gaslight Road",   "Harbor View",    "Ironmonger Street", "Juniper Close",    "Lantern Hill",
};
constexpr Place kPlaces[] = {
    {"Aldermere", "MA", "001"},     {"Brackenford", "MA", "001"},  {"Cedar Hollow", "NY", "002"},
    {"Dunwich Falls", "NH", "002"}, {"Eastmarsh", "CT", "003"},    {"Foxglove", "VT", "003"},
    {"Greywater", "RI", "004"},     {"Hazelton Bay", "ME", "004"},
};
constexpr Group kRaces[] = {
    {{kOmb, "2106-3", "White"}, 600},
    {{kOmb, "2054-5", "Black or African American"}, 170},
    {{kOmb, "2028-9", "Asian"}, 120},
    {{kOmb, "1002-5", "American Indian or Alaska Native"}, 60},
    {{kOmb, "2076-8", "Native Hawaiian or Other Pacific Islander"}, 50},
};
constexpr Group kEthnicities[] = {
    {{kOmb, "2186-5", "Not Hispanic or Latino"}, 810},
    {{kOmb, "2135-2", "Hispanic or Latino"}, 190},
};
constexpr Literal kOrganizations[] = {
    "Aldermere General Hospital", "Brackenford Family Practice", "Cedar Hollow Clinic",
    "Eastmarsh Community Health", "Greywater Medical Center",
};

}  // namespace

std::span<Literal const> female_names() noexcept {
    return kFemale;
}
std::span<Literal const> male_names() noexcept {
    return kMale;
}
std::span<Literal const> family_names() noexcept {
    return kFamily;
}
std::span<Literal const> streets() noexcept {
    return kStreets;
}
std::span<Place const> places() noexcept {
    return kPlaces;
}
std::span<Group const> races() noexcept {
    return kRaces;
}
std::span<Group const> ethnicities() noexcept {
    return kEthnicities;
}
std::span<Literal const> organization_names() noexcept {
    return kOrganizations;
}

}  // namespace salus::sample_data
