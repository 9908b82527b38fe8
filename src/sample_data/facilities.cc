#include "sample_data/facilities.h"

#include <algorithm>

#include "sample_data/names.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kOrganization{
    "Organization", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-organization"};
constexpr EntryType kPractitioner{
    "Practitioner", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner"};
constexpr Literal kOrganizationIdentifiers{"https://sample.example.org/organization"};
constexpr Literal kNationalProviderIdentifiers{"http://hl7.org/fhir/sid/us-npi"};
constexpr std::size_t kPractitioners = 12;
// Apart from every patient's stream, which are numbered from 0.
constexpr std::uint64_t kFacilitiesStream = ~std::uint64_t{0};

void write_organization(Transaction& transaction, Organization const& organization) {
    transaction.begin_entry(kOrganization, organization.uuid);
    auto& text = transaction.text();
    text.begin_array("identifier");
    text.begin_object();
    text.text("system", kOrganizationIdentifiers.text());
    text.text("value", organization.identifier);
    text.end_object();
    text.end_array();
    text.boolean("active", true);
    text.concepts_of("type", Code{"http://terminology.hl7.org/CodeSystem/organization-type", "prov",
                                  "Healthcare Provider"});
    text.text("name", organization.name.text());
    text.begin_array("telecom");
    text.begin_object();
    text.text("system", "phone");
    text.text("value", "617-555-01" + organization.identifier.substr(4));
    text.end_object();
    text.end_array();
    transaction.end_entry(kOrganization);
}

void write_practitioner(Transaction& transaction, Practitioner const& practitioner) {
    transaction.begin_entry(kPractitioner, practitioner.uuid);
    auto& text = transaction.text();
    text.begin_array("identifier");
    text.begin_object();
    text.text("system", kNationalProviderIdentifiers.text());
    text.text("value", practitioner.identifier);
    text.end_object();
    text.end_array();
    text.boolean("active", true);
    text.begin_array("name");
    text.begin_object();
    text.text("family", practitioner.family);
    text.begin_array("given");
    text.text_element(practitioner.given);
    text.end_array();
    text.begin_array("prefix");
    text.text_element("Dr.");
    text.end_array();
    text.end_object();
    text.end_array();
    transaction.end_entry(kPractitioner);
}

}  // namespace

Facilities::Facilities(std::uint64_t seed) {
    auto random = SeededRandom::stream(seed, kFacilitiesStream);
    for (auto const name : organization_names()) {
        auto const number = 10 + organizations_.size();
        organizations_.push_back({random.uuid(), "ORG-" + std::to_string(number), name});
    }
    for (std::size_t i = 0; i < kPractitioners; ++i) {
        Practitioner practitioner;
        practitioner.uuid = random.uuid();
        // Real ones begin with 1 or 2 (45 CFR 162.406).
        practitioner.identifier = std::to_string(9'999'900'000 + static_cast<std::int64_t>(i));
        practitioner.given = random.pick(i % 2 == 0 ? female_names() : male_names()).text();
        practitioner.family = random.pick(family_names()).text();
        practitioner.organization = i % organizations_.size();
        practitioners_.push_back(std::move(practitioner));
    }
}

Organization const& Facilities::employer_of(Practitioner const& practitioner) const {
    return organizations_.at(practitioner.organization);
}

void Facilities::write_team(Transaction& transaction,
                            std::span<Practitioner const* const> team) const {
    std::vector<std::size_t> written;
    for (auto const* member : team) {
        if (std::ranges::find(written, member->organization) == written.end()) {
            write_organization(transaction, employer_of(*member));
            written.push_back(member->organization);
        }
    }
    for (auto const* member : team) write_practitioner(transaction, *member);
}

}  // namespace salus::sample_data
