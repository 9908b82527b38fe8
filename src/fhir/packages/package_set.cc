#include "fhir/packages/package_set.h"

#include "fhir/profiles/definition_reader.h"

namespace salus::fhir {

Result<std::shared_ptr<ProfileSet const>> definitions_of(std::span<Package const> packages) {
    if (packages.empty()) return std::shared_ptr<ProfileSet const>();
    DefinitionReader reader;
    for (auto const profile : core_profiles())
        SALUS_TRY_VOID(reader.add(std::string(profile.text())));
    for (auto const& package : packages) {
        for (auto const& definition : package.definitions) SALUS_TRY_VOID(reader.add(definition));
    }
    return std::move(reader).finish();
}

}  // namespace salus::fhir
