#include "app/administration.h"
#include "app/commands.h"
#include "app/terminal.h"
#include "foundation/file.h"
#include "foundation/limits.h"
#include "json/document.h"

namespace salus::app {
namespace {

constexpr char const* kDefinitionsPath = "/admin/definitions";

int show_packages(std::optional<std::string> const& listing) {
    if (!listing) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*listing);
    auto const packages = document ? document->root().member("packages") : std::nullopt;
    if (!packages || !packages->is_array()) return kFailed;
    for (auto const each : packages->elements()) say(each.text());
    auto const warnings = document->root().member("warnings");
    if (!warnings || !warnings->is_array()) return kDone;
    for (auto const each : warnings->elements()) say_problem("warning: " + each.text());
    auto const not_offered = document->root().member("notOffered");
    if (!not_offered || !not_offered->is_array()) return kDone;
    for (auto const each : not_offered->elements()) {
        auto const word = [&](std::string_view name) {
            return each.text_member(name).value_or("");
        };
        say_problem("not offered: " + word("base") + "?" + word("code") + ", because " +
                    word("because"));
    }
    return kDone;
}

}  // namespace

int definitions_load(DefinitionsOptions const& options) {
    auto const archive = read_file(options.package_file, limits::kPackageBytes);
    if (!archive) {
        say_problem(options.package_file.string() + ": " + std::string(archive.error().why.text()));
        return kFailed;
    }
    return show_packages(
        administration_answer(options.administration, {.method = http::Method::post,
                                                       .path = kDefinitionsPath,
                                                       .scope = "admin/definitions.write",
                                                       .body = std::string(text_of(*archive)),
                                                       .content_type = "application/gzip"}));
}

int definitions_list(DefinitionsOptions const& options) {
    return show_packages(
        administration_answer(options.administration, {.method = http::Method::get,
                                                       .path = kDefinitionsPath,
                                                       .scope = "admin/definitions.read"}));
}

int definitions_remove(DefinitionsOptions const& options) {
    return show_packages(administration_answer(
        options.administration, {.method = http::Method::remove,
                                 .path = std::string(kDefinitionsPath) + "/" + options.package,
                                 .scope = "admin/definitions.write"}));
}

}  // namespace salus::app
