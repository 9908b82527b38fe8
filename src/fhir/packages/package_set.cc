#include "fhir/packages/package_set.h"

#include "fhir/profiles/definition_reader.h"

namespace salus::fhir {

Result<DefinitionSet> definitions_of(std::span<Package const> packages, DefinitionDigest digest) {
    DefinitionSet set;
    if (packages.empty()) return set;
    DefinitionReader reader;
    for (auto const profile : core_profiles())
        SALUS_TRY_VOID(reader.add(std::string(profile.text())));
    for (auto const& package : packages) {
        for (auto const& definition : package.definitions) SALUS_TRY_VOID(reader.add(definition));
    }
    SALUS_TRY(set.profiles, std::move(reader).finish());
    SALUS_TRY(auto read, ParameterReader::read(packages, digest));
    set.parameters = std::move(read.parameters);
    set.report = std::move(read.report);
    return set;
}

}  // namespace salus::fhir
