#include "fhir/packages/package.h"

#include <algorithm>
#include <array>

#include "fhir/packages/gunzip.h"
#include "fhir/packages/tar_reader.h"
#include "foundation/limits.h"
#include "json/document.h"

namespace salus::fhir {
namespace {

constexpr std::string_view kFolder = "package/";

// Directly in the package's folder: package/example/ and others hold no definitions.
bool is_definition_file(std::string_view name) {
    if (name.starts_with("./")) name.remove_prefix(2);
    if (!name.starts_with(kFolder) || !name.ends_with(".json")) return false;
    name.remove_prefix(kFolder.size());
    return name.find('/') == std::string_view::npos && !name.starts_with('.');
}

bool is_used(json::Value root) {
    static constexpr std::array<std::string_view, 3> kTypes{"StructureDefinition", "ValueSet",
                                                            "CodeSystem"};
    auto const type = root.text_member("resourceType");
    return type && std::ranges::find(kTypes, *type) != kTypes.end();
}

class PackageFiles {
public:
    Result<void> take(std::string const& name, std::string content) {
        if (!is_definition_file(name)) return {};
        SALUS_TRY(auto const document, parser_.parse(content));
        auto const root = document.root();
        if (name.ends_with("/package.json")) {
            package_.name = root.text_member("name").value_or("");
            package_.version = root.text_member("version").value_or("");
        } else if (is_used(root)) {
            package_.definitions.push_back(std::move(content));
        } else if (root.text_member("resourceType") == "SearchParameter") {
            package_.search_parameters.push_back(std::move(content));
        }
        return {};
    }
    [[nodiscard]] Result<Package> finish() && {
        if (!is_package_id(package_.name + "@" + package_.version))
            return fail(Errc::invalid, "package/package.json names no package and version");
        return std::move(package_);
    }

private:
    json::Parser parser_;
    Package package_;
};

}  // namespace

bool is_package_id(std::string_view text) noexcept {
    constexpr std::size_t kLongest = 128;
    auto const at = text.find('@');
    auto const good = [](std::string_view part) {
        return !part.empty() && part.front() != '.' && std::ranges::all_of(part, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '-' || c == '_' || c == '+';
        });
    };
    return text.size() <= kLongest && at != std::string_view::npos && good(text.substr(0, at)) &&
           good(text.substr(at + 1));
}

Result<Package> read_package(BytesView tgz) {
    if (tgz.size() > limits::kPackageBytes)
        return fail(Errc::too_large, "the package is too large");
    PackageFiles files;
    TarReader tar(limits::kResourceBytes, limits::kPackageFiles,
                  [&](std::string const& name, std::string content) {
                      return files.take(name, std::move(content));
                  });
    SALUS_TRY_VOID(gunzip(tgz, limits::kPackageUnpackedBytes,
                          [&](std::string_view piece) { return tar.feed(piece); }));
    SALUS_TRY_VOID(tar.finish());
    return std::move(files).finish();
}

}  // namespace salus::fhir
