#include "admin/request_content.h"

#include "admin/package_reader.h"

namespace salus::admin {

Result<json::Document> content_of(json::Parser& parser, request::Exchange const& exchange,
                                  ContentBound const& most) {
    if (exchange.request.body.size() > most.bytes) return fail(Errc::too_large, most.why);
    return content_of(parser, exchange);
}

Result<json::Document> content_of(json::Parser& parser, request::Exchange const& exchange) {
    return parser.parse(PackageReader::take(exchange.request.body.clone()));
}

}  // namespace salus::admin
