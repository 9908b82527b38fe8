#include "operations/request_identification.h"

#include <algorithm>

#include "operations/routes.h"

namespace salus::operations {
namespace {

constexpr std::size_t kNameLargest = 128;

}  // namespace

void identify(http::Request const& request, http::Response& response) {
    if (!path_below_tenant(request).starts_with("/access/v1/")) return;
    auto const name = request.headers.get("X-Request-ID");
    bool const usable = name && !name->empty() && name->size() <= kNameLargest &&
                        std::ranges::all_of(*name, [](char c) { return c > ' ' && c <= '~'; });
    if (!usable) return;
    if (auto const own = response.headers.get("X-Request-ID"))
        response.headers.set("Salus-Request-ID", std::string(*own));
    response.headers.set("X-Request-ID", *name);
}

}  // namespace salus::operations
