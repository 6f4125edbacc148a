"""The national medical insurance platform (医疗保障信息平台) as a hospital sees it."""
