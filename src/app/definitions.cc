#include "app/admin_call.h"
#include "app/commands.h"
#include "app/terminal.h"
#include "foundation/file.h"
#include "foundation/limits.h"
#include "json/document.h"

namespace salus::app {
namespace {

AdminOptions admin_of(DefinitionsOptions const& options) {
    return {.directory = options.directory,
            .tenant = options.tenant,
            .client = options.client,
            .key_file = options.key_file};
}

int show(std::optional<std::string> const& listing) {
    if (!listing) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*listing);
    auto const packages = document ? document->root().member("packages") : std::nullopt;
    if (!packages || !packages->is_array()) return kFailed;
    for (auto const each : packages->elements()) say(each.text());
    auto const warnings = document->root().member("warnings");
    if (!warnings || !warnings->is_array()) return kDone;
    for (auto const each : warnings->elements()) say_problem("warning: " + each.text());
    return kDone;
}

}  // namespace

int definitions_load(DefinitionsOptions const& options) {
    auto const archive = read_file(options.package_file, limits::kPackageBytes);
    if (!archive) {
        say_problem(options.package_file.string() + ": " + std::string(archive.error().why.text()));
        return kFailed;
    }
    return show(answer_to(admin_of(options), {.method = http::Method::post,
                                              .path = "/definitions",
                                              .scope = "admin/definitions.write",
                                              .content_type = "application/gzip",
                                              .body = std::string(text_of(*archive))}));
}

int definitions_list(DefinitionsOptions const& options) {
    return show(answer_to(
        admin_of(options),
        {.method = http::Method::get, .path = "/definitions", .scope = "admin/definitions.read"}));
}

int definitions_remove(DefinitionsOptions const& options) {
    return show(answer_to(admin_of(options), {.method = http::Method::remove,
                                              .path = "/definitions/" + options.package,
                                              .scope = "admin/definitions.write"}));
}

}  // namespace salus::app
