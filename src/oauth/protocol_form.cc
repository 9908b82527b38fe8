#include "oauth/protocol_form.h"

#include <set>
#include <string_view>

#include "oauth/form_reader.h"

namespace salus::oauth {

std::vector<request::Parameter> without_empty(std::vector<request::Parameter> parameters) {
    std::erase_if(parameters, [](request::Parameter const& each) { return each.value.empty(); });
    return parameters;
}

bool repeats_one(std::vector<request::Parameter> const& parameters) {
    std::set<std::string_view> seen;
    for (auto const& parameter : parameters) {
        if (parameter.name != "resource" && !seen.insert(parameter.name).second) return true;
    }
    return false;
}

Result<std::vector<request::Parameter>> protocol_form(http::Request const& request) {
    SALUS_TRY(auto form, request::parse_form(FormReader::form(request)));
    if (repeats_one(form)) return fail(Errc::invalid, "a parameter is there twice");
    return without_empty(std::move(form));
}

}  // namespace salus::oauth
