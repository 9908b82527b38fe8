#include "admin/definition_packages.h"

#include <algorithm>
#include <malloc.h>

#include "admin/documents.h"
#include "admin/package_reader.h"
#include "crypto/hash.h"
#include "fhir/packages/package.h"
#include "fhir/packages/package_set.h"
#include "fhir/profiles/loaded_definitions.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

constexpr std::string_view kPackagesType = "definition-packages";
constexpr std::string_view kInstalledId = "installed";
constexpr std::size_t kStoredBytes = std::size_t{12} * limits::kMiB;  // fits one commit

struct Installed {
    std::string id;       // name@version
    std::string archive;  // the package file, base64
};

struct Stored {
    std::vector<Installed> packages;
    std::uint64_t version = 0;  // of the document; 0: there is none
};

Result<Stored> read_stored(records::Records& records, json::Parser& parser) {
    Stored stored;
    SALUS_TRY(auto document, read_document(records, records::DocumentClass::definitions,
                                           kPackagesType, kInstalledId));
    if (document.version == 0) return stored;
    stored.version = document.version;
    SALUS_TRY(auto const parsed, parser.parse(std::move(document.text)));
    auto const packages = parsed.root().member("packages");
    if (!packages || !packages->is_array())
        return fail(Errc::corrupt, "the stored definitions cannot be read");
    for (auto const each : packages->elements()) {
        stored.packages.push_back(
            {each.text_member("id").value_or(""), each.text_member("archive").value_or("")});
    }
    return stored;
}

std::string to_json(std::vector<Installed> const& packages) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("packages").begin_array();
    for (auto const& [id, archive] : packages)
        writer.begin_object().key("id").string(id).key("archive").string(archive).end_object();
    writer.end_array().end_object();
    return text;
}

Result<std::vector<fhir::Package>> unpack(std::vector<Installed> const& installed) {
    std::vector<fhir::Package> packages;
    for (auto const& each : installed) {
        auto const archive = from_base64(each.archive);
        if (!archive) return fail(Errc::corrupt, "the stored definitions cannot be read");
        SALUS_TRY(auto package, fhir::read_package(*archive));
        packages.push_back(std::move(package));
    }
    return packages;
}

std::string digest_of(std::string_view text) {
    return std::string(text_of(crypto::sha256(bytes_of(text))));
}

Result<fhir::DefinitionSet> compile(std::vector<Installed> const& installed) {
    auto set = [&installed]() -> Result<fhir::DefinitionSet> {
        SALUS_TRY(auto const packages, unpack(installed));
        return fhir::definitions_of(packages, digest_of);
    }();
    // Unpacked packages take tens of megabytes, and the allocator keeps what each thread freed:
    // without this, memory grows with the number of threads that ever loaded one.
    ::malloc_trim(0);
    return set;
}

void write_parameters(json::Writer& writer, fhir::DefinitionSet const& set) {
    writer.key("searchParameters").begin_array();
    if (set.parameters != nullptr) {
        for (auto const& each : set.parameters->all()) {
            writer.begin_object().key("base").string(each.base->name.text());
            writer.key("code").string(each.code).key("url").string(each.url).end_object();
        }
    }
    writer.end_array().key("notOffered").begin_array();
    if (set.report != nullptr) {
        for (auto const& each : set.report->refused) {
            writer.begin_object().key("base").string(each.base).key("code").string(each.code);
            writer.key("url").string(each.url).key("because").string(each.because).end_object();
        }
    }
    writer.end_array();
    if (set.report != nullptr)
        writer.key("notOfferedInAll")
            .integer(static_cast<std::int64_t>(set.report->refused_in_all));
}

// `indexing`: nullptr where it cannot be known yet.
std::string listing(std::vector<Installed> const& packages, fhir::DefinitionSet const& set,
                    fhir::IndexingProgress const* indexing) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("packages").begin_array();
    for (auto const& each : packages) writer.string(each.id);
    writer.end_array().key("warnings").begin_array();
    if (set.profiles != nullptr) {
        for (auto const& each : set.profiles->warnings()) writer.string(each.text());
    }
    writer.end_array();
    write_parameters(writer, set);
    if (indexing != nullptr) {
        writer.key("indexing").begin_object();
        writer.key("state").string(indexing->under_way ? "under way" : "finished");
        writer.key("commitsLeft").integer(static_cast<std::int64_t>(indexing->commits_left.load()));
        writer.end_object();
    }
    writer.end_object();
    return text;
}

// The document with these packages; they are in force once it is stored.
Result<request::Prepared> store(DefinitionsDesk const& desk, Stored const& stored) {
    SALUS_TRY(auto set, compile(stored.packages));
    auto text = to_json(stored.packages);
    if (text.size() > kStoredBytes)
        return fail(Errc::too_large, "the packages are too large together");
    auto prepared = json_answer(listing(stored.packages, set, nullptr));
    SALUS_TRY_VOID(add_document(prepared, desk.records,
                                {.document_class = records::DocumentClass::definitions,
                                 .type = std::string(kPackagesType),
                                 .id = std::string(kInstalledId),
                                 .version = stored.version + 1,
                                 .text = std::move(text)},
                                desk.clock.now()));
    prepared.after_commit = [definitions = desk.tenant.definitions, set = std::move(set)] {
        if (definitions != nullptr) definitions->replace(set);
    };
    return prepared;
}

}  // namespace

Result<request::Prepared> load_definitions(DefinitionsDesk const& desk,
                                           request::Exchange& exchange) {
    auto const archive = PackageReader::take(exchange.request.body.clone());
    SALUS_TRY(auto const package, fhir::read_package(bytes_of(archive)));
    SALUS_TRY(auto stored, read_stored(desk.records, desk.parser));
    auto id = package.name + "@" + package.version;
    std::erase_if(stored.packages, [&](Installed const& each) { return each.id == id; });
    if (stored.packages.size() >= limits::kPackages)
        return fail(Errc::too_large, "too many packages");
    stored.packages.push_back({std::move(id), to_base64(bytes_of(archive))});
    return store(desk, stored);
}

Result<request::Prepared> list_definitions(DefinitionsDesk const& desk) {
    SALUS_TRY(auto const stored, read_stored(desk.records, desk.parser));
    auto* definitions = desk.tenant.definitions;
    if (definitions == nullptr) return json_answer(listing(stored.packages, {}, nullptr));
    return json_answer(listing(stored.packages, definitions->set(), &definitions->indexing()));
}

Result<request::Prepared> remove_definitions(DefinitionsDesk const& desk,
                                             request::Permit const& permit) {
    auto const package = PackageReader::view(permit.intent().id);
    SALUS_TRY(auto stored, read_stored(desk.records, desk.parser));
    auto const removed =
        std::erase_if(stored.packages, [&](Installed const& each) { return each.id == package; });
    if (removed == 0) return fail(Errc::not_found, "no such package");
    return store(desk, stored);
}

Result<fhir::DefinitionSet> stored_definitions(records::Records& records, json::Parser& parser) {
    SALUS_TRY(auto const stored, read_stored(records, parser));
    return compile(stored.packages);
}

}  // namespace salus::admin
